// SPDX-License-Identifier: Apache-2.0

import Wire

/// A server that takes part in a run, before it is started.
struct Contestant {
    /// Where it can be asked.
    enum Place {
        /// Where it was told to be.
        case chosen(Endpoint)
        /// At a port that the system chooses: the number behind this text in what the server says.
        case announced(after: String)
    }

    let name: String
    /// The program's path and its arguments.
    let command: [String]
    let place: Place
    /// The workloads that it takes no part in, and why.
    var exclusions: [WorkloadName: String] = [:]

    var isEcho: Bool { name == EchoContestant.name }

    /// The same server on these processors, whichever its starter is on.
    func kept(on processors: [Int]) throws(Tool.Missing) -> Contestant {
        let list = processors.map { "\($0)" }.joined(separator: ",")
        return Contestant(
            name: name,
            command: [try Tool.path("taskset"), "-c", list] + command,
            place: place,
            exclusions: exclusions
        )
    }

    /// The port in what a server said; nil when it has not said it yet.
    static func announcedPort(after text: String, in output: String) -> UInt16? {
        for line in output.split(separator: "\n") where line.hasPrefix(text) {
            let digits = line.dropFirst(text.count).prefix { $0.isNumber }
            // A line that is still being written could be cut inside the number.
            if output.hasSuffix("\n") || line.endIndex != output.endIndex {
                return UInt16(digits)
            }
        }
        return nil
    }
}

/// The floor: this program as an echo.
enum EchoContestant {
    static let name = "echo"
    static let announcement = "echo at port "

    static func contestant(program: String) -> Contestant {
        Contestant(
            name: name,
            command: [program, "echo"],
            place: .announced(after: announcement)
        )
    }
}

/// Apus with what kubeadm's Corefile has for the cluster's zones.
enum ApusContestant {
    static let name = "apus"

    /// `options`: further lines of `kubernetes`; `order`: what `loadbalance` is told.
    static func corefile(
        manifests: String,
        options: String = "",
        order: String = ""
    ) -> String {
        """
        cluster.local 10.0.0.0/8 {
            bind 127.0.0.1
            bufsize \(BenchQuestion.largePayload)
            errors
            health 127.0.0.1:0
            ready 127.0.0.1:0
            prometheus 127.0.0.1:0
            kubernetes cluster.local 10.0.0.0/8 {
                manifests \(manifests)
                ttl \(Cluster.ttl)
                \(options)
            }
            reload
            loadbalance \(order)
        }

        """
    }

    /// The same that shuffles large sets of records whole, which only `headless` has.
    static func shuffling(program: String, corefile: String) -> Contestant {
        var contestant = contestant(program: program, corefile: corefile, name: "apus-shuffle")
        for name in WorkloadName.allCases where name != .headless {
            contestant.exclusions[name] = "it differs in large sets only"
        }
        return contestant
    }

    static func contestant(
        program: String,
        corefile: String,
        name: String = Self.name
    ) -> Contestant {
        Contestant(
            name: name,
            command: [program, "-conf", corefile, "-dns.port", "0"],
            place: .announced(after: "cluster.local.:")
        )
    }
}
