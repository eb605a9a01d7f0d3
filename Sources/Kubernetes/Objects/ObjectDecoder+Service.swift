// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension ObjectDecoder {
    /// The types of Service, the first being what it is when it does not say.
    private static let serviceTypes = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]

    mutating func service(_ object: Fields, _ metadata: Metadata) -> Service {
        reader.checkNames(of: object, known: KnownFields.object)
        var service = Service(
            metadata: metadata,
            kind: .clusterIP([]),
            ports: [],
            selector: [:],
            publishesNotReadyAddresses: false
        )
        guard let spec = reader.fields("spec", in: object) else {
            if object["spec"] == nil {
                reader.required("spec", in: object, "a mapping with selector and ports")
            }
            return service
        }
        reader.checkNames(of: spec, known: KnownFields.serviceSpec)
        let type = reader.choice("type", in: spec, of: Self.serviceTypes) ?? "ClusterIP"
        service.kind = serviceKind(spec, type: type)
        service.terms = serviceTerms(spec, service.kind, type: type)
        service.terms.ingressAddresses = ingressAddresses(object)
        service.ports = servicePorts(spec, type: type, areRequired: needsPorts(service.kind))
        service.selector = reader.labels("selector", in: spec)
        service.publishesNotReadyAddresses =
            reader.boolean("publishNotReadyAddresses", in: spec) ?? false
        return service
    }

    private func needsPorts(_ kind: Service.Kind) -> Bool {
        if case .clusterIP = kind { true } else { false }
    }

    private mutating func serviceKind(_ spec: Fields, type: String) -> Service.Kind {
        let given = clusterAddresses(spec)
        if type == "ExternalName" {
            if let node = given.first?.node {
                let path = reader.path(of: spec.node, to: "clusterIPs")
                reader.refuse(
                    "\(path): Forbidden: may not be set for ExternalName services",
                    at: node.position
                )
            }
            return .externalName(externalName(spec))
        }
        if let first = given.first, first.text == "None" {
            if type != "ClusterIP" {
                reader.invalid(
                    first.node,
                    at: "\(reader.path(of: spec.node)).clusterIPs[0]",
                    mustBe: "an address for a \(type)"
                )
            }
            if given.count > 1 {
                reader.invalid(
                    first.node,
                    at: "\(reader.path(of: spec.node)).clusterIPs",
                    mustBe: "alone if it is 'None'"
                )
            }
            return .headless
        }
        let addresses = given.compactMap { reader.address($0.node) }
        if addresses.count > 2 {
            reader.refuse(
                "\(reader.path(of: spec.node)).clusterIPs: Too many: \(addresses.count): must have at most 2 items",
                at: given[2].node.position
            )
        } else if addresses.count == 2, addresses[0].family == addresses[1].family {
            let wanted =
                "of the other family than \(reader.path(of: spec.node)).clusterIPs[0] (one IPv4, one IPv6)"
            reader.invalid(given[1].node, mustBe: wanted)
        }
        return .clusterIP(addresses)
    }

    /// One of the addresses of a Service as it is written.
    private struct WrittenAddress {
        let text: String
        let node: YAMLNode
    }

    /// What `clusterIPs` holds, else `clusterIP`; without empty texts.
    private mutating func clusterAddresses(_ spec: Fields) -> [WrittenAddress] {
        var single: WrittenAddress?
        if let node = spec["clusterIP"],
            let text = reader.string("clusterIP", in: spec), !text.isEmpty
        {
            single = WrittenAddress(text: text, node: node)
        }
        var list: [WrittenAddress] = []
        for item in reader.items("clusterIPs", in: spec) {
            guard let text = reader.string(item), !text.isEmpty else {
                continue
            }
            list.append(WrittenAddress(text: text, node: item))
        }
        guard let first = list.first else { return single.map { [$0] } ?? [] }
        if let single, single.text != first.text {
            let wanted =
                "the same as \(reader.path(of: spec.node)).clusterIPs[0], \(FieldReader.quoted(first.text))"
            reader.invalid(single.node, mustBe: wanted)
        }
        return list
    }

    /// The name that an alias stands for, as written.
    private mutating func externalName(_ spec: Fields) -> String {
        guard let node = spec["externalName"] else {
            reader.required("externalName", in: spec, "the name elsewhere, such as db.example.com")
            return ""
        }
        guard let name = reader.string(node) else { return "" }
        // An address is allowed through, as CoreDNS does: it leads to no name.
        if IPAddress(name) == nil, !NameRule.allowsTarget(name) {
            reader.invalid(
                node,
                mustBe: "a DNS name in lower case (such as db.example.com)"
            )
        }
        return name
    }

    private mutating func servicePorts(
        _ spec: Fields,
        type: String,
        areRequired: Bool
    ) -> [ServicePort] {
        let elements = reader.elements("ports", in: spec)
        if elements.isEmpty, areRequired, spec["ports"] == nil, !reader.isBroken {
            reader.required("ports", in: spec, "a list with at least one port")
        }
        var ports: [ServicePort] = []
        var names: Set<String> = []
        for fields in elements {
            reader.checkNames(of: fields, known: KnownFields.servicePort)
            let name = reader.name("name", in: fields, .label1123) ?? ""
            if name.isEmpty, elements.count > 1, fields["name"] == nil {
                reader.required("name", in: fields, "each of several ports needs a name")
            } else if !name.isEmpty, !names.insert(name).inserted {
                let place = fields["name"]?.position ?? fields.position
                let shown = FieldReader.quoted(name)
                reader.refuse(
                    "\(reader.path(of: fields.node)).name: Duplicate value: \(shown)",
                    at: place
                )
            }
            if fields["port"] == nil {
                reader.required("port", in: fields, "the number that clients use, 1 to 65535")
            }
            let number = reader.port("port", in: fields)
            let transport = reader.transport(in: fields)
            let target = targetPort(fields, number: number ?? 0)
            let nodePort = nodePort(fields, type: type)
            _ = reader.name("appProtocol", in: fields, .labelKey)
            guard let number else { continue }
            let port = ServicePort(
                name: name,
                number: number,
                transport: transport,
                target: target,
                nodePort: nodePort
            )
            checkIsOnce(port, fields, ports)
            ports.append(port)
        }
        return ports
    }

    /// The port of the nodes that is asked for; 0 stands for none.
    private mutating func nodePort(_ fields: Fields, type: String) -> UInt16 {
        guard let node = fields["nodePort"], node.scalar?.value != .integer(0),
            let port = reader.port(node)
        else { return 0 }
        if type == "ClusterIP" || type == "ExternalName" {
            reader.forbid("nodePort", in: fields, "may not be used when `type` is '\(type)'")
        }
        return port
    }

    /// Compares a port with those before it: a number is there once for each transport.
    private mutating func checkIsOnce(
        _ port: ServicePort,
        _ fields: Fields,
        _ others: [ServicePort]
    ) {
        let same = others.filter { $0.transport == port.transport }
        if same.contains(where: { $0.number == port.number }) {
            let shown = "{\"port\":\(port.number),\"protocol\":\"\(port.transport.rawValue)\"}"
            let path = reader.path(of: fields.node)
            reader.refuse("\(path): Duplicate value: \(shown)", at: fields.position)
        }
        guard port.nodePort != 0, let node = fields["nodePort"] else { return }
        if same.contains(where: { $0.nodePort == port.nodePort }) {
            reader.duplicate(node)
        } else if others.contains(where: {
            $0.nodePort == port.nodePort && $0.number != port.number
        }) {
            // Transports share a port of the nodes where they share the port itself.
            reader.invalid(node, because: "provided port is already allocated")
        }
    }

    /// Where a port leads: the same number unless it says otherwise.
    private mutating func targetPort(_ fields: Fields, number: UInt16) -> TargetPort {
        guard let node = fields["targetPort"] else { return .number(number) }
        guard case .string(let name) = node.scalar?.value else {
            // 0 stands for none.
            if node.scalar?.value == .integer(0) { return .number(number) }
            return .number(reader.port("targetPort", in: fields) ?? number)
        }
        guard !NameRule.portName.allows(name) else { return .name(name) }
        if Int(name) != nil {
            reader.invalid(node, mustBe: "an integer without quotes, or a port's name")
        } else {
            reader.invalid(node, mustBe: "an integer, or " + NameRule.portName.wanted)
        }
        return .number(number)
    }
}
