// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension ObjectDecoder {
    /// Reads a Node, on which Pods run.
    mutating func node(_ object: Fields, _ metadata: Metadata) -> Node {
        reader.checkNames(of: object, known: KnownFields.object)
        var node = Node(metadata: metadata)
        if let spec = reader.fields("spec", in: object) {
            reader.checkNames(of: spec, known: KnownFields.nodeSpec)
            node.podNetworks = podNetworks(spec)
            node.isSchedulable = !(reader.boolean("unschedulable", in: spec) ?? false)
        }
        if let status = reader.fields("status", in: object) {
            node.addresses = internalAddresses(status)
        }
        return node
    }

    /// What `podCIDRs` holds, else `podCIDR`: one network a family.
    private mutating func podNetworks(_ spec: Fields) -> [AddressNetwork] {
        let single = spec["podCIDR"].flatMap { reader.network($0) }
        var networks: [AddressNetwork] = []
        for item in reader.items("podCIDRs", in: spec) {
            guard let network = reader.network(item) else { continue }
            if networks.contains(where: { $0.family == network.family }) {
                reader.invalid(
                    item,
                    because: "may specify no more than one CIDR for each IP family"
                )
                continue
            }
            networks.append(network)
        }
        guard let first = networks.first else { return single.map { [$0] } ?? [] }
        if let single, single != first, let node = spec["podCIDR"] {
            let path = reader.path(of: spec.node)
            reader.invalid(node, mustBe: "the same as \(path).podCIDRs[0], \"\(first)\"")
        }
        return networks
    }

    private mutating func internalAddresses(_ status: Fields) -> [IPAddress] {
        var addresses: [IPAddress] = []
        for fields in reader.elements("addresses", in: status) {
            reader.checkNames(of: fields, known: KnownFields.nodeAddress)
            guard reader.string("type", in: fields) == "InternalIP", let node = fields["address"],
                let address = reader.address(node), !addresses.contains(address)
            else { continue }
            addresses.append(address)
        }
        return addresses
    }
}
