// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Apus as a cluster of kubeadm's runs it: its Corefile, with every plugin that stands in it, and
/// ports that the system chooses.
struct KubeadmStage {
    private static let folder = "served"
    /// The folder for what watches the server: the server must not see it change.
    static let notesFolder = "notes"

    let stage: Stage
    private let program: String
    private let cluster: Cluster

    /// Where it forwards to when nothing is to be forwarded: nobody listens there.
    static let nowhere = Endpoint(IPAddress(v4: 0x7F00_0001), port: 9)

    /// `program`: the path of the server; `upstream`: where it forwards to.
    init(
        _ stage: Stage,
        program: String,
        serviceCount: Int,
        upstream: Endpoint = Self.nowhere
    ) throws {
        self.stage = stage
        self.program = program
        cluster = Cluster(serviceCount: serviceCount)
        for name in [Self.folder, Self.notesFolder, "\(Self.folder)/manifests"] {
            try stage.folder.makeFolder(name)
        }
        for namespace in 0..<cluster.namespaceCount {
            try stage.folder.write(
                cluster.manifest(ofNamespace: namespace),
                to: "\(Self.folder)/manifests/ns-\(namespace).yaml"
            )
        }
        try stage.folder.write(
            Cluster.headlessManifest,
            to: "\(Self.folder)/manifests/headless.yaml"
        )
        let manifests = stage.folder("\(Self.folder)/manifests")
        try stage.folder.write(
            Self.corefile(manifests: manifests, upstream: upstream),
            to: "\(Self.folder)/Corefile"
        )
    }

    static func corefile(manifests: String, upstream: Endpoint = Self.nowhere) -> String {
        """
        . {
            bind 127.0.0.1
            bufsize \(BenchQuestion.largePayload)
            errors
            health 127.0.0.1:0 {
                lameduck 1s
            }
            ready 127.0.0.1:0
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests \(manifests)
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
                ttl \(Cluster.ttl)
            }
            prometheus 127.0.0.1:0
            forward . \(upstream.address):\(upstream.port) {
                max_concurrent 1000
            }
            cache 30 {
                disable success cluster.local
                disable denial cluster.local
            }
            loop
            reload
            loadbalance
        }

        """
    }

    /// Starts the server behind so many words, and waits until it serves the whole cluster.
    func start(behind words: [String]) throws -> Server {
        let command = [program, "-conf", stage.folder("\(Self.folder)/Corefile"), "-dns.port", "0"]
        let contestant = Contestant(
            name: "apus",
            command: words + command,
            place: .announced(after: ".:")
        )
        return try stage.start(contestant, answering: try Workload.services(1).questions)
    }
}
