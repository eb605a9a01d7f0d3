// SPDX-License-Identifier: Apache-2.0

import Wire

/// Services that select their Pods by a label: as a dump of a cluster has the Pods, or as workloads
/// of which they are made.
extension Cluster {
    /// What stands behind the Services.
    enum Backing: String, CaseIterable {
        /// EndpointSlices, as the API server writes them.
        case slices
        /// The Pods themselves, and no slices.
        case pods
        /// A Deployment or StatefulSet for each Service: there is no Pod in the manifests.
        case workloads
    }

    /// The Nodes that workloads run on.
    static let nodeCount = 5_000
    /// The range that Pods get addresses from.
    static let podNetwork = "10.128.0.0/9"

    /// The options of `kubernetes` that this needs.
    var options: String { backing == .workloads ? "pod_cidr \(Self.podNetwork)" : "" }

    /// The address that is written for a Service; none where others than the first get theirs.
    func writtenAddress(of service: Int) -> String? {
        if isHeadless(service) { return "None" }
        return backing == .slices || service == 0 ? "\(Self.address(of: service))" : nil
    }

    /// The last name that the manifests give: of a Pod behind a headless Service, or of a Service.
    var lastName: String {
        let last = serviceCount - 1
        guard isHeadless(last) else { return Self.name(of: last) }
        guard backing == .workloads else {
            return Self.name(ofPod: podCount - 1, ofService: last)
        }
        return "svc-\(last)-\(pods(ofService: last).count - 1).\(Self.name(of: last))"
    }

    /// Appends what stands behind a Service.
    func appendBacking(ofService service: Int, _ edition: Edition, to text: inout String) {
        switch backing {
        case .slices: appendSlices(ofService: service, edition, to: &text)
        case .pods:
            for pod in pods(ofService: service) {
                text += Self.pod(
                    Self.podName(of: pod),
                    "ns-\(service / Self.servicesPerNamespace)",
                    service: "svc-\(service)",
                    Self.podAddress(of: pod, isChanged: edition.changes(service)),
                    hostName: isHeadless(service) ? Self.podName(of: pod) : nil
                )
            }
        case .workloads:
            guard !pods(ofService: service).isEmpty else { return }
            text += workload(ofService: service, isChanged: edition.changes(service))
        }
    }

    /// A Pod as a cluster tells of it, with what a controller and the kubelet write.
    static func pod(
        _ name: String,
        _ namespace: String,
        service: String,
        _ address: IPAddress,
        hostName: String?
    ) -> String {
        let hostName = hostName.map { "  hostname: \($0)\n  subdomain: \(service)\n" } ?? ""
        return """
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: \(name)
              namespace: \(namespace)
              labels:
                app: \(service)
                pod-template-hash: 5d9c7b8f4
              ownerReferences:
                - apiVersion: apps/v1
                  kind: ReplicaSet
                  name: \(service)-5d9c7b8f4
                  uid: 0b0ea4a5-6a5f-4d3e-9a55-2d4a4d3f0c11
                  controller: true
            spec:
            \(hostName)  nodeName: node-1
              containers:
                - name: app
                  image: registry.k8s.io/e2e-test-images/agnhost:2.39
                  ports:
                    - name: http
                      containerPort: 8080
            status:
              phase: Running
              podIP: \(address)
              conditions:
                - type: Ready
                  status: "True"

            """
    }

    private func workload(ofService service: Int, isChanged: Bool) -> String {
        let name = "svc-\(service)"
        let kind = isHeadless(service) ? "StatefulSet" : "Deployment"
        let serviceName = isHeadless(service) ? "  serviceName: \(name)\n" : ""
        return """
            ---
            apiVersion: apps/v1
            kind: \(kind)
            metadata:
              name: \(name)
              namespace: ns-\(service / Self.servicesPerNamespace)
            spec:
            \(serviceName)  replicas: \(pods(ofService: service).count)
              selector:
                matchLabels:
                  app: \(name)
              template:
                metadata:
                  labels:
                    app: \(name)
                spec:
                  containers:
                    - name: app
                      image: registry.k8s.io/e2e-test-images/agnhost:2.\(isChanged ? 40 : 39)
                      ports:
                        - name: http
                          containerPort: 8080

            """
    }

    /// The Nodes, where Pods are made; nil where they are not.
    var nodes: String? {
        guard backing == .workloads else { return nil }
        return (0..<Self.nodeCount).map { node in
            "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: worker-\(node)\n"
        }.joined()
    }
}
