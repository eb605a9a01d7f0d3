// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire
import YAML

@testable import bench

/// The cluster of the benchmark, not that of the registry.
typealias Cluster = bench.Cluster

@Suite struct ClusterPodsTests {
    @Test(
        "Every Pod stands behind one Service",
        arguments: [(1, 1), (3, 10), (10, 3), (100, 1_000), (7, 0)]
    )
    func dividesThePods(services: Int, pods: Int) {
        let cluster = Cluster(serviceCount: services, podCount: pods)
        let all = (0..<services).flatMap { Array(cluster.pods(ofService: $0)) }

        #expect(all == Array(0..<pods))
    }

    @Test func everySecondServiceIsHeadlessWhereThereArePods() {
        let cluster = Cluster(serviceCount: 4, podCount: 8)

        #expect((0..<4).map { cluster.isHeadless($0) } == [false, true, false, true])
        #expect(!Cluster(serviceCount: 4).isHeadless(1))
    }

    @Test func givesEachPodTwoAddressesOfItsOwn() {
        let last = Cluster.maximumPodCount - 1

        #expect("\(Cluster.podAddress(of: 0))" == "10.128.0.0")
        #expect("\(Cluster.podAddress(of: last))" == "10.173.198.191")
        #expect("\(Cluster.podAddress(of: 0, isChanged: true))" == "10.192.0.0")
        // Below the first endpoint of the one headless Service that every run has.
        #expect("\(Cluster.podAddress(of: last, isChanged: true))" == "10.237.198.191")
    }

    @Test func writesSlicesOfTen() {
        var text = ""
        Cluster(serviceCount: 2, podCount: 42).appendSlices(ofService: 1, .first, to: &text)

        #expect(text.split(separator: "---\n").count == 3)
        #expect(
            text.hasSuffix(
                """
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: svc-1-2
                  namespace: ns-0
                  labels:
                    kubernetes.io/service-name: svc-1
                addressType: IPv4
                ports:
                  - name: http
                    port: 80
                    protocol: TCP
                endpoints:
                  - addresses:
                      - 10.128.0.41
                    conditions:
                      ready: true
                      serving: true
                      terminating: false
                    hostname: pod-41
                    nodeName: node-1
                    targetRef:
                      kind: Pod
                      name: pod-41
                      namespace: ns-0

                """
            )
        )
    }

    @Test("What changes is a hundredth or all of both kinds", arguments: [0, 1])
    func changesServices(parity: Int) {
        let services = stride(from: parity, to: 20_200, by: 2)
        let counts = [Cluster.Edition.first, .fewChanged, .allChanged].map { edition in
            services.filter { edition.changes($0) }.count
        }

        #expect(counts == [0, 100, 10_100])
    }

    @Test func aChangedServiceIsAnotherInAllThatIsAsked() {
        let cluster = Cluster(serviceCount: 2, podCount: 2)
        let first = cluster.manifest(ofNamespace: 0).split(separator: "\n")
        let changed = cluster.manifest(ofNamespace: 0, .allChanged).split(separator: "\n")
        let lines = zip(first, changed).filter { $0 != $1 }.map { $1.drop { $0 == " " } }

        #expect(first.count == changed.count)
        #expect(
            lines == [
                "- port: 81".dropFirst(2), "port: 81", "- 10.192.0.0", "port: 81", "port: 81",
                "- 10.192.0.1",
            ]
        )
    }

    /// Whatever stands behind the Services, its last name is answered, and nothing is said but that
    /// one address is from elsewhere.
    @Test(arguments: Cluster.Backing.allCases)
    func serversReadIt(backing: Cluster.Backing) throws {
        let cluster = Cluster(serviceCount: 4, podCount: 40, backing: backing)
        let changing = ChangingEndpoint(number: 7)
        let text =
            cluster.manifest(ofNamespace: 0) + (cluster.nodes ?? "")
            + changing.manifest(version: 1, backing)
        let found = DecodedObject.all(in: Array(text.utf8), of: "m")
        let registry = ClusterRegistry(allocation: AllocationOptions())

        let made = registry.cluster(removing: [], adding: found.flatMap(\.objects))

        #expect(EventPass.eventCount(Array(text.utf8)) != nil)
        #expect(found.flatMap(\.mistakes).isEmpty)
        for name in [cluster.lastName, changing.name] {
            let name = try QueryName(try Name(name))
            let labelCount = name.labelCount - 2
            let found = made.find(name, labelCount: labelCount, podNames: .disabled)
            #expect(found.isThere, "\(found)")
        }
    }

    @Test func theChangingEndpointIsOneOfTen() {
        let one = ChangingEndpoint(number: 7)
        let text = one.manifest(version: 3)

        #expect(one.file == "changing-7.yaml")
        #expect(one.name == "pod-0.changing-7.default.svc.cluster.local")
        #expect(text.contains("  clusterIP: None\n"))
        #expect(text.split(separator: "- addresses:").count == 11)
        #expect(text.contains("- addresses:\n      - 10.111.0.3\n"))
        #expect(text.contains("      - 10.244.1.71\n"))
    }
}

extension ClusterFinding {
    /// Whether it is a Service or an endpoint.
    fileprivate var isThere: Bool {
        switch self {
        case .service, .endpoint: true
        default: false
        }
    }
}
