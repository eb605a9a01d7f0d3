// SPDX-License-Identifier: Apache-2.0

import Wire

/// The cluster as Kubernetes describes it.
extension Cluster {
    /// The manifest of one namespace's Services and of the Pods behind them.
    ///
    /// `edition` tells which of them are in their changed form.
    func manifest(ofNamespace namespace: Int, _ edition: Edition = .first) -> String {
        var text = ""
        for index in services(ofNamespace: namespace) {
            text += Self.service(
                "svc-\(index)",
                "ns-\(namespace)",
                writtenAddress(of: index),
                port: edition.changes(index) ? Self.changedPort : Self.port,
                selector: backing == .slices ? nil : "svc-\(index)"
            )
            appendBacking(ofService: index, edition, to: &text)
        }
        return text
    }

    /// The manifest of the headless Service.
    static var headlessManifest: String {
        var text = service("headless", "default", "None")
        text += slice("headless", "default", number: 1)
        for index in 0..<endpointCount {
            text += "  - addresses: [\(endpointAddress(of: index))]\n"
        }
        return text
    }

    /// The address of what changes all the time, in one version; it comes back after 65,536 of them.
    static func changingAddress(of version: Int) -> IPAddress {
        IPAddress(v4: 0x0A6F_0000 + UInt32(version & 0xFFFF))
    }

    /// A Service; without `address` it gets one, and `selector` is the value of a label of its Pods.
    static func service(
        _ name: String,
        _ namespace: String,
        _ address: String?,
        port: Int = Cluster.port,
        selector: String? = nil
    ) -> String {
        let address = address.map { "  clusterIP: \($0)\n" } ?? ""
        let selector = selector.map { "  selector:\n    app: \($0)\n" } ?? ""
        return """
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: \(name)
              namespace: \(namespace)
            spec:
            \(address)\(selector)  ports:
                - name: http
                  port: \(port)
                  targetPort: 8080

            """
    }
}
