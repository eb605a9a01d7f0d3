// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct ClusterManifestsTests {
    @Test(
        "Every Service stands in the manifest of one namespace",
        arguments: [(1, 1), (99, 1), (100, 1), (101, 2), (200, 2), (201, 3)]
    )
    func dividesTheServices(services: Int, namespaces: Int) {
        let cluster = Cluster(serviceCount: services)
        let all = (0..<cluster.namespaceCount).flatMap { cluster.services(ofNamespace: $0) }

        #expect(cluster.namespaceCount == namespaces)
        #expect(all == Array(0..<services))
        #expect(cluster.services(ofNamespace: namespaces).isEmpty)
    }

    @Test func writesAService() {
        let cluster = Cluster(serviceCount: 101)

        #expect(
            cluster.manifest(ofNamespace: 1) == """
                ---
                apiVersion: v1
                kind: Service
                metadata:
                  name: svc-100
                  namespace: ns-1
                spec:
                  clusterIP: 10.96.1.100
                  ports:
                    - name: http
                      port: 80
                      targetPort: 8080

                """
        )
    }

    @Test func givesEachVersionAnAddress() {
        #expect("\(Cluster.changingAddress(of: 1))" == "10.111.0.1")
        #expect(Cluster.changingAddress(of: 65_536) == Cluster.changingAddress(of: 0))
    }
}
