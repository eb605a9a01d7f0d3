// SPDX-License-Identifier: Apache-2.0

import Corefile
import Kubernetes
import Plugin
import Wire

/// The options that say what Services and Pods are given.
extension KubernetesSettings {
    /// Reads one of these options.
    mutating func readAllocation(_ option: Option) throws(CorefileError) {
        switch option.name.text {
        case "service_cidr": try readServiceNetworks(option)
        case "load_balancer_pool": try readLoadBalancerNetworks(option)
        case "node_ports": try readNodePorts(option)
        case "pod_cidr": try readPodNetworks(option)
        default: try readWorkloads(option)
        }
    }

    private mutating func readServiceNetworks(_ option: Option) throws(CorefileError) {
        allocation.serviceNetworks = try option.networks(
            example: AllocationOptions.defaultServiceNetwork,
            leaving: 2,
            for: "a Service"
        )
        allocation.isServiceNetworkWritten = true
    }

    private mutating func readPodNetworks(_ option: Option) throws(CorefileError) {
        allocation.podNetworks = try option.networks(
            example: AllocationOptions.defaultPodNetwork,
            leaving: AllocationOptions.minimumPodNetworkBitCount,
            for: "a Pod"
        )
        allocation.arePodNetworksWritten = true
    }

    private mutating func readWorkloads(_ option: Option) throws(CorefileError) {
        let word = try option.oneArgument("'on' or 'off'")
        guard word.text == "on" || word.text == "off" else {
            throw CorefileError(at: word.position, "'\(word.text)' is neither 'on' nor 'off'")
        }
        allocation.makesPods = word.text == "on"
    }

    private mutating func readLoadBalancerNetworks(_ option: Option) throws(CorefileError) {
        try option.arguments(1...Int.max, "networks, such as 192.0.2.0/28")
        for word in option.arguments {
            let network = try word.network()
            if let other = allocation.loadBalancerNetworks.first(where: network.overlaps) {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' and '\(other)' have addresses in common; keep one of them"
                )
            }
            let limit = AllocationOptions.maximumLoadBalancerNetworkCount
            guard allocation.loadBalancerNetworks.count < limit else {
                throw CorefileError(at: word.position, "more than \(limit) networks")
            }
            allocation.loadBalancerNetworks.append(network)
        }
    }

    private mutating func readNodePorts(_ option: Option) throws(CorefileError) {
        let wanted = "the first and the last port, such as 30000-32767"
        let word = try option.oneArgument(wanted)
        let parts = word.text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = UInt16(parts[0]), let last = UInt16(parts[1]),
            first > 0, first <= last
        else {
            throw CorefileError(at: word.position, "'\(word.text)' is not \(wanted)")
        }
        allocation.nodePorts = first...last
        allocation.areNodePortsWritten = true
    }

    /// Compares the options with each other.
    func checkAllocation(_ stanza: Stanza) throws(CorefileError) {
        let services = allocation.isServiceNetworkWritten
        // Of a range that nobody wrote, Pods get what others do not have.
        let isPodRangeWritten = stanza.options.contains { $0.name.text == "pod_cidr" }
        for option in stanza.options
        where ["load_balancer_pool", "pod_cidr"].contains(option.name.text) {
            try option.check(
                against: allocation.serviceNetworks,
                services ? "" : ", which Services have unless 'service_cidr' says otherwise"
            )
            guard option.name.text != "pod_cidr", isPodRangeWritten, allocation.makesPods else {
                continue
            }
            try option.check(against: allocation.podNetworks, "")
        }
    }
}

extension Option {
    /// One network, or one of each family, with that many bits left at least for addresses.
    fileprivate func networks(
        example: String,
        leaving bitCount: Int,
        for user: String
    ) throws(CorefileError) -> [AddressNetwork] {
        try arguments(1...2, "one network, or one of each family, such as \(example)")
        var networks: [AddressNetwork] = []
        for word in arguments {
            let network = try word.network()
            guard network.base.bitCount - network.length >= bitCount else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' has no address for \(user); a length of "
                        + "\(network.base.bitCount - bitCount) or less leaves some"
                )
            }
            guard networks.allSatisfy({ $0.family != network.family }) else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is of the family of '\(arguments[0].text)'; a second "
                        + "network is of the other one"
                )
            }
            networks.append(network)
        }
        return networks
    }

    /// Refuses networks that have addresses of others; `hint`: where these come from.
    fileprivate func check(
        against others: [AddressNetwork],
        _ hint: String
    ) throws(CorefileError) {
        for word in arguments {
            let network = try word.network()
            guard let other = others.first(where: network.overlaps) else { continue }
            throw CorefileError(
                at: word.position,
                "'\(word.text)' has addresses of '\(other)'\(hint)"
            )
        }
    }
}

extension Word {
    /// The network that it names.
    fileprivate func network() throws(CorefileError) -> AddressNetwork {
        guard let network = AddressNetwork(text),
            let first = text.split(separator: "/").first.flatMap({ IPAddress($0) })
        else {
            throw CorefileError(
                at: position,
                "'\(text)' is not a network, such as 10.96.0.0/12"
            )
        }
        // Perhaps something else is meant than the whole of it.
        guard first == network.base else {
            throw CorefileError(
                at: position,
                "'\(text)' begins inside its network; '\(network)' is the whole of it"
            )
        }
        return network
    }
}
