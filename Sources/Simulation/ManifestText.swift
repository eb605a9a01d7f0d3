// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

extension WorldManifest {
    /// The file's text, filled up to a size so that it can be written over in place.
    func text(filledTo byteCount: Int = 0) -> String {
        var text = documents.map { document in
            let yaml = document.object.yaml
            return document.isBroken ? Self.broken(yaml) : yaml
        }.joined(separator: "---\n")
        let missing = byteCount - text.utf8.count
        if missing > 1 { text += "#" + String(repeating: ".", count: missing - 2) + "\n" }
        return text
    }

    /// The text with a mistake: in its form, or in a value.
    private static func broken(_ yaml: String) -> String {
        let size = yaml.utf8.count
        if size % 3 == 0 { return yaml + "\tkey: [\n" }
        if size % 3 == 1, yaml.contains("port: ") {
            return yaml.replacing("port: ", with: "port: x")
        }
        return yaml.replacing("metadata:\n", with: "metadata:\n  labels: [wrong]\n")
            .replacing("kind: ", with: "kind: [")
    }
}

extension ClusterObject {
    /// The object as a manifest.
    fileprivate var yaml: String {
        switch self {
        case .namespace(let namespace):
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: \(namespace.metadata.name)\n"
        case .service(let service): service.yaml
        case .endpointSlice(let slice): slice.isFromEndpoints ? slice.legacyYAML : slice.yaml
        case .pod(let pod): pod.yaml
        case .node(let node): node.yaml
        case .workload(let workload): workload.yaml
        case .other(let kind, let metadata): "apiVersion: v1\nkind: \(kind)\n" + metadata.yaml
        // Nobody writes what is made.
        case .podGroup: ""
        }
    }
}

extension Metadata {
    /// Name, namespace and labels, as a manifest has them.
    var yaml: String {
        var text = "metadata:\n  name: \(name)\n  namespace: \(namespace)\n"
        if !labels.isEmpty { text += "  labels:\n" + mapping(labels, indent: "    ") }
        return text
    }
}

/// The lines of a mapping of texts, sorted by key.
func mapping(_ values: [String: String], indent: String) -> String {
    values.sorted { $0.key < $1.key }.map { "\(indent)\($0.key): \($0.value)\n" }.joined()
}

extension Service {
    fileprivate var yaml: String {
        var text = "apiVersion: v1\nkind: Service\n" + metadata.yaml + "spec:\n"
        switch kind {
        case .clusterIP(let addresses):
            if let first = addresses.first { text += "  clusterIP: \(first)\n" }
            if addresses.count > 1 {
                text += "  clusterIPs:\n" + addresses.map { "  - \"\($0)\"\n" }.joined()
            }
        case .headless: text += "  clusterIP: None\n"
        case .externalName(let name): text += "  type: ExternalName\n  externalName: \(name)\n"
        }
        if publishesNotReadyAddresses { text += "  publishNotReadyAddresses: true\n" }
        if !selector.isEmpty { text += "  selector:\n" + mapping(selector, indent: "    ") }
        if !ports.isEmpty { text += "  ports:\n" }
        for port in ports {
            text += "  - port: \(port.number)\n    protocol: \(port.transport.rawValue)\n"
            if !port.name.isEmpty { text += "    name: \(port.name)\n" }
            switch port.target {
            case .number(let number): text += "    targetPort: \(number)\n"
            case .name(let name): text += "    targetPort: \(name)\n"
            }
        }
        return text
    }
}

extension EndpointSlice {
    fileprivate var yaml: String {
        let isV4 = endpoints.allSatisfy { $0.addresses.allSatisfy { $0.family == .v4 } }
        var metadata = metadata
        metadata.labels["kubernetes.io/service-name"] = serviceName
        var text = "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" + metadata.yaml
        text += "addressType: \(isV4 ? "IPv4" : "IPv6")\nendpoints:"
        text += endpoints.isEmpty ? " []\n" : "\n"
        for endpoint in endpoints {
            text += "- addresses:\n"
            text += endpoint.addresses.map { "  - \"\($0)\"\n" }.joined()
            text += "  conditions:\n    ready: \(endpoint.isReady)\n"
            if !endpoint.hostname.isEmpty { text += "  hostname: \(endpoint.hostname)\n" }
            if !endpoint.podName.isEmpty {
                text += "  targetRef:\n    kind: Pod\n    name: \(endpoint.podName)\n"
            }
        }
        if !ports.isEmpty { text += "ports:\n" + portLines(indent: "") }
        return text
    }

    /// The slice as an Endpoints object of the Service's name.
    fileprivate var legacyYAML: String {
        var text = "apiVersion: v1\nkind: Endpoints\n" + metadata.yaml + "subsets:\n"
        let (ready, others) = (endpoints.filter(\.isReady), endpoints.filter { !$0.isReady })
        var lead = "- "
        for (key, list) in [("addresses", ready), ("notReadyAddresses", others)]
        where !list.isEmpty {
            text += "\(lead)\(key):\n"
            lead = "  "
            for endpoint in list {
                for address in endpoint.addresses {
                    text += "  - ip: \"\(address)\"\n"
                    if !endpoint.hostname.isEmpty {
                        text += "    hostname: \(endpoint.hostname)\n"
                    }
                    if !endpoint.podName.isEmpty {
                        text += "    targetRef:\n      kind: Pod\n"
                        text += "      name: \(endpoint.podName)\n"
                    }
                }
            }
        }
        if !ports.isEmpty { text += "\(lead)ports:\n" + portLines(indent: "  ") }
        return text
    }

    private func portLines(indent: String) -> String {
        var text = ""
        for port in ports {
            text += "\(indent)- protocol: \(port.transport.rawValue)\n"
            if let number = port.number { text += "\(indent)  port: \(number)\n" }
            if !port.name.isEmpty { text += "\(indent)  name: \(port.name)\n" }
        }
        return text
    }
}

extension Pod {
    fileprivate var yaml: String {
        var text = "apiVersion: v1\nkind: Pod\n" + metadata.yaml + "spec:\n"
        if !hostname.isEmpty { text += "  hostname: \(hostname)\n" }
        if !subdomain.isEmpty { text += "  subdomain: \(subdomain)\n" }
        text += "  containers:\n  - name: main\n    image: some/image:1\n"
        if !ports.isEmpty { text += "    ports:\n" }
        for port in ports {
            text += "    - containerPort: \(port.number)\n      name: \(port.name)\n"
            text += "      protocol: \(port.transport.rawValue)\n"
        }
        text += "status:\n  phase: \(isFinished ? "Succeeded" : "Running")\n"
        if let first = addresses.first {
            text += "  podIP: \"\(first)\"\n  podIPs:\n"
            text += addresses.map { "  - ip: \"\($0)\"\n" }.joined()
        }
        let status = isReady ? "True" : "False"
        return text + "  conditions:\n  - type: Ready\n    status: \"\(status)\"\n"
    }
}
