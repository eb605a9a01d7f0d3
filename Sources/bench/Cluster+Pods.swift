// SPDX-License-Identifier: Apache-2.0

import Wire

/// The Pods behind the Services, which make a cluster large: every second Service is headless, and
/// each of its Pods has a name.
extension Cluster {
    /// Which Services, and the Pods behind them, are in their changed form.
    enum Edition: Equatable {
        case first
        /// One of a hundred objects, headless and other ones in turn.
        case fewChanged
        case allChanged

        /// One of 101, which is odd, so that both kinds of Service are among them.
        private static let fewStride = 101

        func changes(_ service: Int) -> Bool {
            switch self {
            case .first: false
            case .fewChanged: service % Self.fewStride == 0
            case .allChanged: true
            }
        }
    }

    /// The most Pods: their addresses, and as many changed ones, come from 10.128.0.0/9.
    static let maximumPodCount = 3_000_000
    /// The most endpoints of one slice; Kubernetes itself makes slices of up to 100.
    static let podsPerSlice = 10
    static let port = 80
    static let changedPort = 81
    private static let firstPodAddress: UInt32 = 0x0A80_0000
    private static let firstChangedPodAddress: UInt32 = 0x0AC0_0000

    /// The Pods behind a Service, by their numbers: an even share.
    func pods(ofService service: Int) -> Range<Int> {
        guard serviceCount > 0 else { return 0..<0 }
        return service * podCount / serviceCount..<(service + 1) * podCount / serviceCount
    }

    /// Whether a Service is told by its Pods only.
    func isHeadless(_ service: Int) -> Bool { podCount > 0 && service % 2 == 1 }

    static func podAddress(of pod: Int, isChanged: Bool = false) -> IPAddress {
        IPAddress(v4: (isChanged ? firstChangedPodAddress : firstPodAddress) + UInt32(pod))
    }

    /// The host name of a Pod; in a headless Service it has a record.
    static func podName(of pod: Int) -> String { "pod-\(pod)" }

    /// The full name of a Pod behind a headless Service.
    static func name(ofPod pod: Int, ofService service: Int) -> String {
        "\(podName(of: pod)).\(name(of: service))"
    }

    /// Appends the slices of a Service's endpoints.
    func appendSlices(ofService service: Int, _ edition: Edition, to text: inout String) {
        let pods = pods(ofService: service)
        for first in stride(from: pods.lowerBound, to: pods.upperBound, by: Self.podsPerSlice) {
            let number = (first - pods.lowerBound) / Self.podsPerSlice
            text += Self.slice(
                "svc-\(service)",
                "ns-\(service / Self.servicesPerNamespace)",
                number: number,
                port: edition.changes(service) ? Self.changedPort : Self.port
            )
            for pod in first..<min(first + Self.podsPerSlice, pods.upperBound) {
                text += Self.endpoint(
                    Self.podName(of: pod),
                    "ns-\(service / Self.servicesPerNamespace)",
                    Self.podAddress(of: pod, isChanged: edition.changes(service)),
                    hasHostName: isHeadless(service)
                )
            }
        }
    }

    /// What an EndpointSlice begins with; its endpoints follow.
    static func slice(
        _ service: String,
        _ namespace: String,
        number: Int,
        port: Int = Cluster.port
    ) -> String {
        """
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: \(service)-\(number)
          namespace: \(namespace)
          labels:
            kubernetes.io/service-name: \(service)
        addressType: IPv4
        ports:
          - name: http
            port: \(port)
            protocol: TCP
        endpoints:

        """
    }

    /// One endpoint of a slice, as the API server describes it.
    static func endpoint(
        _ pod: String,
        _ namespace: String,
        _ address: IPAddress,
        hasHostName: Bool
    ) -> String {
        let hostName = hasHostName ? "    hostname: \(pod)\n" : ""
        return """
              - addresses:
                  - \(address)
                conditions:
                  ready: true
                  serving: true
                  terminating: false
            \(hostName)    nodeName: node-1
                targetRef:
                  kind: Pod
                  name: \(pod)
                  namespace: \(namespace)

            """
    }
}

/// A headless Service in a file of its own, of whose endpoints one changes all the time.
struct ChangingEndpoint {
    /// How many there are, each in its own file.
    static let count = 100

    /// Which of them.
    let number: Int

    private var service: String { "changing-\(number)" }
    private static let pod = "pod-0"

    /// Where its manifest is, below the folder of all.
    var file: String { "changing-\(number).yaml" }

    /// The name of the endpoint that changes.
    var name: String { "\(Self.pod).\(service).default.svc.\(Cluster.zone)" }

    /// Its manifest in one version: the Service, and as many endpoints as all have, of a slice or as
    /// Pods.
    func manifest(version: Int, _ backing: Cluster.Backing = .slices) -> String {
        let isSliced = backing == .slices
        var text = Cluster.service(
            service,
            "default",
            "None",
            selector: isSliced ? nil : service
        )
        if isSliced { text += Cluster.slice(service, "default", number: 0) }
        for index in 0..<Cluster.podsPerSlice {
            let address =
                index == 0
                ? Cluster.changingAddress(of: version)
                : Cluster.endpointAddress(of: number * Cluster.podsPerSlice + index)
            let name = "pod-\(index)"
            text +=
                isSliced
                ? Cluster.endpoint(name, "default", address, hasHostName: true)
                : Cluster.pod(
                    "\(service)-\(index)",
                    "default",
                    service: service,
                    address,
                    hostName: name
                )
        }
        return text
    }
}
