// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension ObjectDecoder {
    mutating func endpointSlice(_ object: Fields, _ metadata: Metadata) -> EndpointSlice {
        reader.checkNames(of: object, known: KnownFields.endpointSlice)
        if object["addressType"] == nil {
            reader.required("addressType", in: object, "IPv4, IPv6 or FQDN")
        }
        let type = reader.choice("addressType", in: object, of: ["IPv4", "IPv6", "FQDN"])
        var endpoints: [SliceEndpoint] = []
        reader.limit("endpoints", in: object, to: EndpointSlice.maximumEndpointCount)
        reader.limit("ports", in: object, to: EndpointSlice.maximumPortCount)
        let elements = reader.elements("endpoints", in: object)
        endpoints.reserveCapacity(elements.count)
        for fields in elements {
            reader.checkNames(of: fields, known: KnownFields.sliceEndpoint)
            let endpoint = sliceEndpoint(fields, type: type)
            // Endpoints that are names have no addresses to tell.
            if type != "FQDN" { endpoints.append(endpoint) }
        }
        return EndpointSlice(
            metadata: metadata,
            serviceName: metadata.labels[EndpointSlice.serviceLabel] ?? "",
            endpoints: endpoints,
            ports: remembered(parts.ports, "ports", in: object) {
                $0.endpointPorts(in: object, isSlice: true)
            },
            isFromEndpoints: false
        )
    }

    private mutating func sliceEndpoint(_ fields: Fields, type: String?) -> SliceEndpoint {
        var addresses: [IPAddress] = []
        let items = reader.items("addresses", in: fields)
        if items.isEmpty, !reader.isBroken {
            reader.required("addresses", in: fields, "at least one address")
        }
        reader.limit("addresses", in: fields, to: EndpointSlice.maximumAddressCount)
        addresses.reserveCapacity(items.count)
        for item in items where type != "FQDN" {
            guard let address = reader.reachableAddress(item) else { continue }
            if let type, type != (address.family == .v4 ? "IPv4" : "IPv6") {
                let wanted = "an \(type) address, as addressType says"
                reader.invalid(item, mustBe: wanted)
            }
            addresses.append(address)
        }
        let conditions = reader.fields("conditions", in: fields)
        reader.checkNames(of: conditions, known: KnownFields.conditions)
        return SliceEndpoint(
            addresses: addresses,
            isReady: conditions.flatMap { reader.boolean("ready", in: $0) } ?? true,
            hostname: reader.name("hostname", in: fields, .label1123) ?? "",
            podName: targetName(fields)
        )
    }

    /// The name in `targetRef`; empty when there is none.
    private mutating func targetName(_ fields: Fields) -> String {
        guard let target = reader.fields("targetRef", in: fields) else { return "" }
        return reader.string("name", in: target) ?? ""
    }

    /// The ports of a slice, which differ in their names, or of a subset.
    private mutating func endpointPorts(in parent: Fields, isSlice: Bool) -> [EndpointPort] {
        var ports: [EndpointPort] = []
        var names: Set<String> = []
        let elements = reader.elements("ports", in: parent)
        for fields in elements {
            reader.checkNames(of: fields, known: KnownFields.endpointPort)
            if !isSlice, fields["port"] == nil {
                reader.required("port", in: fields, "a number, 1 to 65535")
            }
            if !isSlice, elements.count > 1, fields.isEmpty("name") {
                reader.required("name", in: fields, "each of several ports needs a name")
            }
            let given = reader.name("name", in: fields, .label1123)
            let name = given ?? ""
            if isSlice, given != nil || fields.isEmpty("name"), !names.insert(name).inserted {
                let shown = FieldReader.quoted(name)
                let path = reader.path(of: fields.node, to: "name")
                let place = fields["name"]?.position ?? fields.position
                reader.refuse("\(path): Duplicate value: \(shown)", at: place)
            }
            _ = reader.name("appProtocol", in: fields, .labelKey)
            ports.append(
                EndpointPort(
                    name: name,
                    number: reader.port("port", in: fields),
                    transport: reader.transport(in: fields)
                )
            )
        }
        return ports
    }

    /// Reads an Endpoints object: one slice for each subset.
    mutating func endpoints(_ object: Fields, _ metadata: Metadata) -> [ClusterObject] {
        reader.checkNames(of: object, known: KnownFields.endpoints)
        var slices: [ClusterObject] = []
        for subset in reader.elements("subsets", in: object) {
            reader.checkNames(of: subset, known: KnownFields.subset)
            let isEmpty = [subset["addresses"], subset["notReadyAddresses"]].allSatisfy {
                $0?.items?.isEmpty ?? ($0 == nil)
            }
            if isEmpty {
                reader.refuse(
                    "\(reader.path(of: subset.node)): Required value: must specify `addresses` or "
                        + "`notReadyAddresses`",
                    at: subset.position
                )
            }
            let endpoints =
                subsetAddresses("addresses", in: subset, areReady: true)
                + subsetAddresses("notReadyAddresses", in: subset, areReady: false)
            let slice = EndpointSlice(
                metadata: metadata,
                serviceName: metadata.name,
                endpoints: endpoints,
                ports: endpointPorts(in: subset, isSlice: false),
                isFromEndpoints: true
            )
            slices.append(.endpointSlice(slice))
        }
        // Without a subset it says nothing but that its namespace exists.
        return slices.isEmpty ? [.other(kind: "Endpoints", metadata)] : slices
    }

    private mutating func subsetAddresses(
        _ name: String,
        in subset: Fields,
        areReady: Bool
    ) -> [SliceEndpoint] {
        var endpoints: [SliceEndpoint] = []
        for fields in reader.elements(name, in: subset) {
            reader.checkNames(of: fields, known: KnownFields.subsetAddress)
            guard let node = fields["ip"] else {
                reader.required("ip", in: fields, "an IP address")
                continue
            }
            guard let address = reader.reachableAddress(node) else { continue }
            endpoints.append(
                SliceEndpoint(
                    addresses: [address],
                    isReady: areReady,
                    hostname: reader.name("hostname", in: fields, .label1123) ?? "",
                    podName: targetName(fields)
                )
            )
        }
        return endpoints
    }
}
