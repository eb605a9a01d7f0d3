// SPDX-License-Identifier: Apache-2.0

import Corefile
import Kubernetes
import Plugin
import Wire

/// The options that say what Services are given.
extension KubernetesSettings {
    mutating func readServiceNetworks(_ option: Option) throws(CorefileError) {
        try option.arguments(1...2, "one network, or one of each family, such as 10.96.0.0/12")
        var networks: [AddressNetwork] = []
        for word in option.arguments {
            let network = try word.network()
            guard network.base.bitCount - network.length > 1 else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' has no address for a Service; a length of "
                        + "\(network.base.bitCount - 2) or less leaves some"
                )
            }
            guard networks.allSatisfy({ $0.family != network.family }) else {
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' is of the family of '\(option.arguments[0].text)'; a second "
                        + "network is of the other one"
                )
            }
            networks.append(network)
        }
        allocation.serviceNetworks = networks
        allocation.isServiceNetworkWritten = true
    }

    mutating func readLoadBalancerNetworks(_ option: Option) throws(CorefileError) {
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

    mutating func readNodePorts(_ option: Option) throws(CorefileError) {
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
        for option in stanza.options where option.name.text == "load_balancer_pool" {
            for word in option.arguments {
                let network = try word.network()
                guard let other = allocation.serviceNetworks.first(where: network.overlaps) else {
                    continue
                }
                let hint =
                    allocation.isServiceNetworkWritten
                    ? "" : ", which Services have unless 'service_cidr' says otherwise"
                throw CorefileError(
                    at: word.position,
                    "'\(word.text)' has addresses of '\(other)'\(hint)"
                )
            }
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
