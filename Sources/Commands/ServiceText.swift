// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

/// What a Service looks like in a column.
extension Service {
    /// What stands where there is nothing to be said.
    static let none = "<none>"

    var typeText: String {
        switch kind {
        case .clusterIP: terms.type.name
        case .headless: ServiceType.clusterIP.name
        case .externalName: "ExternalName"
        }
    }

    /// The cluster addresses, the first first; `None` for a headless Service.
    var addressTexts: [String] {
        switch kind {
        case .clusterIP(let addresses): addresses.map(\.description)
        case .headless: ["None"]
        case .externalName: []
        }
    }

    /// Where it is reached from outside.
    var externalText: String {
        if case .externalName(let name) = kind { return name }
        let own = terms.externalAddresses
        if case .clusterIP = kind, terms.type == .loadBalancer {
            let all = (terms.ingressAddresses + own).map(\.description)
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        }
        return own.isEmpty ? Self.none : own.map(\.description).joined(separator: ",")
    }

    var portsText: String {
        guard !ports.isEmpty else { return Self.none }
        return ports.map { port in
            let node = port.nodePort == 0 ? "" : ":\(port.nodePort)"
            return "\(port.number)\(node)/\(port.transport.rawValue)"
        }.joined(separator: ",")
    }

    var selectorText: String { selector.labelText }

    /// The families of its addresses, as manifests spell them.
    var familyTexts: [String] {
        var families = terms.families
        if families.isEmpty, case .clusterIP(let addresses) = kind {
            families = addresses.map(\.family)
        }
        if families.isEmpty { families = [.v4] }
        return families.map(\.text)
    }

    /// The policy that is written, else the one that fits its addresses.
    var familyPolicyText: String {
        let policy =
            terms.familyPolicy ?? (familyTexts.count > 1 ? .requireDualStack : .singleStack)
        return policy.rawValue
    }
}

extension IPAddress.Family {
    /// The family as manifests spell it.
    var text: String { self == .v4 ? "IPv4" : "IPv6" }
}

extension [String: String] {
    /// The labels as a selector would have them, sorted.
    var labelText: String {
        guard !isEmpty else { return Service.none }
        return sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}

extension ServiceMembers {
    /// The most endpoints that are told in one place.
    static let maximumShownCount = 3

    /// The first endpoints as `address:port`, and how many more there are.
    ///
    /// `name`: of the port that is meant; nil for all.
    func readyText(port name: String? = nil) -> String {
        var texts: [String] = []
        var count = 0
        func add(_ text: @autoclosure () -> String) {
            count += 1
            if count <= Self.maximumShownCount { texts.append(text()) }
        }
        for member in ready {
            let address = member.address
            var hasNumber = false
            for port in member.ports where name == nil || port.name == name {
                guard let number = port.number else { continue }
                hasNumber = true
                add(address.family == .v6 ? "[\(address)]:\(number)" : "\(address):\(number)")
            }
            if !hasNumber, name == nil { add("\(address)") }
        }
        return Self.first(texts, of: count)
    }

    /// The first of some texts, and how many more there are; `count`: of all of them.
    static func first(_ texts: [String], of count: Int) -> String {
        guard !texts.isEmpty else { return Service.none }
        let shown = texts.prefix(maximumShownCount).joined(separator: ",")
        let rest = count - maximumShownCount
        return rest > 0 ? "\(shown) + \(rest) more..." : shown
    }
}
