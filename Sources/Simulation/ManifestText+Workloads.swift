// SPDX-License-Identifier: Apache-2.0

import Kubernetes

extension Workload {
    /// The workload as a manifest.
    var yaml: String {
        var text = "apiVersion: apps/v1\nkind: \(kind.name)\n" + metadata.yaml + "spec:\n"
        if kind != .daemonSet { text += "  replicas: \(podCount)\n" }
        if !serviceName.isEmpty { text += "  serviceName: \(serviceName)\n" }
        text += "  selector:\n    matchLabels:\n" + mapping(template.labels, indent: "      ")
        text += "  template:\n    metadata:\n      labels:\n"
        text += mapping(template.labels, indent: "        ")
        if !template.isReady { text += "      annotations:\n        apus.dev/ready: \"false\"\n" }
        text += "    spec:\n      nodeSelector:\n"
        text += mapping(template.placement.nodeSelector, indent: "        ")
        if !template.hostname.isEmpty { text += "      hostname: \(template.hostname)\n" }
        if !template.subdomain.isEmpty { text += "      subdomain: \(template.subdomain)\n" }
        text += "      containers:\n      - name: main\n        image: some/image:1\n"
        if !template.ports.isEmpty { text += "        ports:\n" }
        for port in template.ports {
            text += "        - containerPort: \(port.number)\n          name: \(port.name)\n"
            text += "          protocol: \(port.transport.rawValue)\n"
        }
        return text
    }
}

extension Node {
    /// The Node as a manifest.
    var yaml: String {
        var text = "apiVersion: v1\nkind: Node\nmetadata:\n  name: \(metadata.name)\n"
        if !metadata.labels.isEmpty {
            text += "  labels:\n" + mapping(metadata.labels, indent: "    ")
        }
        text += "spec:\n"
        for network in podNetworks { text += "  podCIDR: \(network)\n" }
        return text
    }
}
