// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension FieldReader {
    // MARK: Labels

    /// A mapping of labels, of which keys and values keep to their rules.
    mutating func labels(_ name: String, in parent: Fields) -> [String: String] {
        let labels = texts(name, in: parent)
        let areRight = labels.allSatisfy { key, value in
            NameRule.labelKey.allows(key) && NameRule.labelValue.allows(value)
        }
        guard !areRight, let fields = parent[name].flatMap({ Fields($0) }) else { return labels }
        for pair in fields.pairs {
            let key = pair.key
            if !NameRule.labelKey.allows(key) { refuseKey(pair, in: fields) }
            if let value = labels[key], !NameRule.labelValue.allows(value) {
                let path = "\(path(of: fields.node))[\(Self.shortened(key))]"
                invalid(pair.value, at: path, mustBe: NameRule.labelValue.wanted)
            }
        }
        return labels
    }

    /// A mapping of annotations: texts, under keys like those of labels in any case of letters.
    mutating func annotations(in parent: Fields) -> [String: String] {
        let texts = texts("annotations", in: parent)
        let areRight = texts.allSatisfy { NameRule.labelKey.allows($0.key.lowercased()) }
        guard !areRight, let fields = parent["annotations"].flatMap({ Fields($0) }) else {
            return texts
        }
        for pair in fields.pairs where !NameRule.labelKey.allows(pair.key.lowercased()) {
            refuseKey(pair, in: fields)
        }
        return texts
    }

    private mutating func refuseKey(_ pair: YAMLPair, in fields: Fields) {
        let shown = Self.quoted(pair.key)
        refuse(
            "\(path(of: fields.node)): Invalid value: \(shown): must be \(NameRule.labelKey.wanted)",
            at: pair.keyPosition
        )
    }

    // MARK: Numbers

    /// The largest whole number that a field takes.
    static let maximumInteger = Int(Int32.max)

    /// A whole number that is not negative.
    mutating func count(_ name: String, in parent: Fields) -> Int? {
        guard let node = parent[name], let number = integer(node) else { return nil }
        guard number >= 0 else {
            invalid(node, mustBe: "greater than or equal to 0")
            return nil
        }
        guard number <= Self.maximumInteger else {
            invalid(node, mustBe: "at most \(Self.maximumInteger)")
            return nil
        }
        return number
    }

    // MARK: Addresses

    /// An address that others can reach: no loopback and the like.
    mutating func reachableAddress(_ node: YAMLNode) -> IPAddress? {
        guard let address = address(node) else { return nil }
        if let reason = Self.reasonAgainst(address) { invalid(node, because: reason) }
        return address
    }

    /// Why an address cannot be one that others reach; nil when it can.
    private static func reasonAgainst(_ address: IPAddress) -> String? {
        if address.isUnspecified {
            return "may not be unspecified (\(address))"
        }
        if address.isLoopback { return "may not be in the loopback range (127.0.0.0/8, ::1/128)" }
        if address.isLinkLocal {
            return "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
        }
        let isLinkMulticast =
            address.family == .v4 ? address.low >> 8 == 0xE0_0000 : address.high >> 48 == 0xFF02
        return isLinkMulticast
            ? "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)" : nil
    }

    /// A network, such as 10.9.8.0/24; nil when it is absent or none.
    mutating func network(_ node: YAMLNode) -> AddressNetwork? {
        guard let text = string(node) else { return nil }
        if let network = AddressNetwork(text) { return network }
        invalid(node, because: "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
        return nil
    }
}
