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
        service.ports = servicePorts(spec, areRequired: needsPorts(service.kind))
        service.selector = reader.texts("selector", in: spec)
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
                reader.refuse(
                    "\(reader.path(of: spec.node)).clusterIPs: Forbidden: may not be set for ExternalName services",
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

    private mutating func servicePorts(_ spec: Fields, areRequired: Bool) -> [ServicePort] {
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
            checkNodePort(fields)
            guard let number else { continue }
            ports.append(
                ServicePort(name: name, number: number, transport: transport, target: target)
            )
        }
        return ports
    }

    /// Checks `nodePort`, which has no bearing on names; 0 stands for none.
    private mutating func checkNodePort(_ fields: Fields) {
        guard let node = fields["nodePort"], node.scalar?.value != .integer(0) else { return }
        _ = reader.port("nodePort", in: fields)
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
