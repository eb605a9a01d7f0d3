// SPDX-License-Identifier: Apache-2.0

import Wire

extension Cluster {
    /// What the first `count` labels stand for in front of `pod`.
    ///
    /// Up to two labels in front of the address are not looked at (as in CoreDNS).
    func findPod(
        _ name: borrowing QueryName,
        labelCount count: Int,
        _ podNames: ClusterOptions.PodNames
    ) -> ClusterFinding {
        guard count > 0 else { return .bare }
        guard podNames != .disabled, count <= 4,
            index(of: name, labels: (count &- 1)..<count) != nil
        else { return .missing }
        guard count > 1 else { return .bare }
        let label = count &- 2
        guard let address = IPAddress(dashed: name.label(label)) else { return .missing }
        guard podNames == .insecure || hasPod(address, namespace: name.label(count &- 1)) else {
            return .missing
        }
        return .pod(address, label: label)
    }

    /// Whether a Pod of the namespace has the address.
    private func hasPod(_ address: IPAddress, namespace: Span<UInt8>) -> Bool {
        let hash = PodName.hash(address, namespace: namespace)
        return pods.holds(address, namespace: namespace, hash: hash)
    }
}

extension IPAddress {
    /// The address that a Pod's label stands for: its text with `-` for each dot or colon.
    ///
    /// A label of four numbers is IPv4, everything else IPv6. Letters must be in lower case.
    package init?(dashed label: Span<UInt8>) {
        var dashes = 0
        var hasGap = false
        for index in 0..<label.count where label[index] == UInt8(ascii: "-") {
            dashes &+= 1
            if index > 0, label[index &- 1] == UInt8(ascii: "-") { hasGap = true }
        }
        if dashes == 3, !hasGap {
            guard let bits = Self.parseNumbers(label) else { return nil }
            self.init(v4: bits)
        } else {
            guard let address = Self.parseGroups(label) else { return nil }
            self = address
        }
    }

    /// Four decimal numbers without leading zeros.
    private static func parseNumbers(_ label: Span<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        var value: UInt32 = 0
        var digits = 0
        for index in 0...label.count {
            if index == label.count || label[index] == UInt8(ascii: "-") {
                guard digits > 0 else { return nil }
                bits = bits << 8 | value
                value = 0
                digits = 0
            } else {
                let digit = label[index] &- UInt8(ascii: "0")
                guard digit <= 9, digits == 0 || value > 0 else { return nil }
                value = value * 10 + UInt32(digit)
                guard value <= 255 else { return nil }
                digits &+= 1
            }
        }
        return bits
    }

    /// Up to eight groups of hexadecimal digits, with at most one gap among them.
    private static func parseGroups(_ label: Span<UInt8>) -> IPAddress? {
        let dash = UInt8(ascii: "-")
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        var gap = -1
        var offset = 0
        // A dash at either end belongs to a gap.
        if label.count >= 2, label[0] == dash {
            guard label[1] == dash else { return nil }
            gap = 0
            offset = 2
        }
        while offset < label.count {
            var digits = 0
            var value: UInt16 = 0
            while offset < label.count, let digit = label[offset].hexadecimalValue {
                guard digits < 4 else { return nil }
                value = value << 4 | UInt16(digit)
                digits &+= 1
                offset &+= 1
            }
            guard digits > 0, count < 8 else { return nil }
            groups[count] = value
            count &+= 1
            guard offset < label.count else { break }
            guard label[offset] == dash, offset &+ 1 < label.count else { return nil }
            offset &+= 1
            if label[offset] == dash {
                guard gap < 0 else { return nil }
                gap = count
                offset &+= 1
            }
        }
        guard gap < 0 ? count == 8 : count < 8 else { return nil }
        return IPAddress(groups, count: count, gap: gap < 0 ? count : gap)
    }

    /// Eight groups from the first `count` given, with zeros at the gap.
    private init(_ groups: InlineArray<8, UInt16>, count: Int, gap: Int) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<8 {
            var group: UInt16 = 0
            if index < gap {
                group = groups[index]
            } else if index >= gap &+ 8 &- count {
                group = groups[index &- 8 &+ count]
            }
            high = high << 16 | low >> 48
            low = low << 16 | UInt64(group)
        }
        self.init(v6High: high, low: low)
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit in lower case; nil for anything else.
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self &- UInt8(ascii: "a") &+ 10
        default: nil
        }
    }
}
