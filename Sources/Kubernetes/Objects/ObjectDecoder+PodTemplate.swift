// SPDX-License-Identifier: Apache-2.0

import YAML

extension ObjectDecoder {
    /// Reads what the Pods of a workload are made after; nil when there is nothing to read.
    mutating func podTemplate(_ spec: Fields, of kind: Workload.Kind) -> PodTemplate? {
        guard let node = spec["template"] else {
            reader.required("template", in: spec, "what the Pods are made after")
            return nil
        }
        guard let fields = reader.fields("template", in: spec) else { return nil }
        reader.checkNames(of: fields, known: KnownFields.podTemplate)
        var template = PodTemplate()
        if let metadata = reader.fields("metadata", in: fields) {
            reader.checkNames(of: metadata, known: KnownFields.metadata)
            template.labels = reader.labels("labels", in: metadata)
            _ = reader.annotations(in: metadata)
            template.isReady = readiness(in: metadata) ?? true
        }
        template.contentHash = node.meaningHash
        guard let podSpec = reader.fields("spec", in: fields) else {
            if fields["spec"] == nil {
                reader.required("spec", in: fields, "a mapping with containers")
            }
            return template
        }
        if podSpec["containers"].map({ $0.items?.isEmpty ?? false }) ?? true {
            reader.required("containers", in: podSpec, "a list with at least one container")
        }
        readPodSpec(podSpec, into: &template)
        checkRestarts(podSpec, of: kind)
        return template
    }

    /// Reads the `spec` of a Pod or of a template for Pods.
    mutating func readPodSpec(_ spec: Fields, into template: inout PodTemplate) {
        reader.checkNames(of: spec, known: KnownFields.podSpec)
        template.hostname = reader.name("hostname", in: spec, .label1123) ?? ""
        template.subdomain = reader.name("subdomain", in: spec, .label1123) ?? ""
        template.placement = Placement(
            nodeName: reader.name("nodeName", in: spec, .subdomain1123) ?? "",
            nodeSelector: reader.labels("nodeSelector", in: spec),
            usesHostNetwork: reader.boolean("hostNetwork", in: spec) ?? false
        )
        // Names are compared with those of all containers.
        let containers =
            spec["initContainers"] == nil
            ? remembered(parts.containers, "containers", in: spec) { $0.containers(spec) }
            : containers(spec)
        template.containerCount = containers.count
        template.ports = containers.ports
    }

    /// Pods of a Job end; those of all others are restarted always.
    private mutating func checkRestarts(_ spec: Fields, of kind: Workload.Kind) {
        let isJob = kind == .job
        let words = isJob ? ["OnFailure", "Never"] : ["Always"]
        _ = reader.choice("restartPolicy", in: spec, of: words)
        if isJob {
            if spec.isEmpty("restartPolicy") {
                let reason = "valid values: \"OnFailure\", \"Never\""
                reader.required("restartPolicy", in: spec, reason)
            }
        } else {
            let reason = "activeDeadlineSeconds in \(kind.name) is not supported"
            reader.forbid("activeDeadlineSeconds", in: spec, reason)
        }
    }

    // MARK: Containers

    /// The names that a Pod's containers have.
    private struct ContainerNames {
        var names: Set<String> = []
        /// The first port of each name.
        var ports: [String: YAMLNode] = [:]
    }

    /// When a single container may be restarted.
    private static let containerPolicies = ["Always", "OnFailure", "Never"]

    /// The containers and their named ports, sidecars included.
    private mutating func containers(_ spec: Fields) -> ContainerSummary {
        var known = ContainerNames()
        let containers = reader.elements("containers", in: spec)
        var summary = ContainerSummary(count: containers.count)
        for container in containers {
            readName(of: container, &known)
            summary.ports += namedPorts(of: container, &known)
        }
        for container in reader.elements("initContainers", in: spec) {
            readName(of: container, &known)
            let policy = reader.choice("restartPolicy", in: container, of: Self.containerPolicies)
            let own = namedPorts(of: container, &known)
            // An init container that is restarted goes on beside the others.
            guard policy == "Always" else { continue }
            summary.count &+= 1
            summary.ports += own
        }
        return summary
    }

    private mutating func readName(of container: Fields, _ known: inout ContainerNames) {
        reader.checkNames(of: container, known: KnownFields.container)
        let rule = NameRule.label1123
        let name = reader.requiredName("name", in: container, rule, "such as 'my-name'")
        guard let name, !known.names.insert(name).inserted else { return }
        if let node = container["name"] { reader.duplicate(node) }
    }

    private mutating func namedPorts(
        of container: Fields,
        _ known: inout ContainerNames
    ) -> [ContainerPort] {
        var ports: [ContainerPort] = []
        var own: Set<String> = []
        for fields in reader.elements("ports", in: container) {
            reader.checkNames(of: fields, known: KnownFields.containerPort)
            if fields["containerPort"] == nil {
                reader.required("containerPort", in: fields, "a number, 1 to 65535")
            }
            let name = reader.name("name", in: fields, .portName)
            let number = reader.port("containerPort", in: fields)
            let transport = reader.transport(in: fields)
            guard let name, let number else { continue }
            ports.append(ContainerPort(name: name, number: number, transport: transport))
            if !own.insert(name).inserted {
                if let node = fields["name"] { reader.duplicate(node) }
            } else if let first = known.ports[name] {
                let path = reader.path(of: first)
                reader.warn(
                    "\(reader.path(of: fields.node)): duplicate port name "
                        + "\(FieldReader.quoted(name)) with \(path), which is used",
                    at: fields.position
                )
            } else {
                known.ports[name] = fields.node
            }
        }
        return ports
    }
}
