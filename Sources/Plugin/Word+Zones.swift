// SPDX-License-Identifier: Apache-2.0

import Corefile
import Wire

extension Word {
    /// The zones that a word of a plugin's arguments names, in lower case.
    ///
    /// A scheme and a port are dropped. An address with a prefix length is a reverse zone, or
    /// several, at most 128, when the length is not a whole number of labels.
    package func zones() throws(CorefileError) -> [Name] {
        try ZoneParts(self).zones
    }
}

extension [Word] {
    /// The zones that the words name, in their order, each once.
    package func zones() throws(CorefileError) -> [Name] {
        var zones: [Name] = []
        for word in self {
            for zone in try word.zones() where !zones.contains(zone) { zones.append(zone) }
        }
        return zones
    }
}

extension Name {
    /// The reverse zones of the network `address/length`; nil when `text` is none.
    ///
    /// Labels stand for 8 bits of an IPv4 address and 4 of an IPv6 one. Bits behind the length are
    /// ignored; a length inside a label gives every zone at the label's end.
    package static func reverseZones(_ text: some StringProtocol) -> [Name]? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
            length >= 0, length <= address.bitCount, parts[1].utf8.first != UInt8(ascii: "+")
        else { return nil }
        let labelBits = address.family == .v4 ? 8 : 4
        let labelCount = (length + labelBits - 1) / labelBits
        let network = address.masked(to: length)
        // Only the last label varies: by the bits that the length leaves open in it.
        // LIMIT: a label of 8 bits leaves at most 7 open, which makes 128 zones.
        let open = labelCount * labelBits - length
        var zones: [Name] = []
        for value in 0..<(1 << open) {
            var labels: [[UInt8]] = []
            for index in (0..<labelCount).reversed() {
                let extra = index == labelCount - 1 ? UInt8(value) : 0
                labels.append(network.reverseLabel(index, adding: extra))
            }
            labels += address.family == .v4 ? [Array("in-addr".utf8)] : [Array("ip6".utf8)]
            labels.append(Array("arpa".utf8))
            guard let zone = try? Name(labels: labels) else { return nil }
            zones.append(zone)
        }
        return zones
    }

    /// The address that a full reverse name stands for (RFC 1035 §3.5, RFC 3596 §2.5).
    package var reverseAddress: IPAddress? {
        let labels = lowercased.labels
        guard labels.last == Array("arpa".utf8), labels.count >= 2 else { return nil }
        let digits = labels.dropLast(2).reversed()
        if labels[labels.count - 2] == Array("in-addr".utf8), digits.count == 4 {
            return IPAddress(
                digits.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
            )
        }
        guard labels[labels.count - 2] == Array("ip6".utf8), digits.count == 32 else { return nil }
        var bytes: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            guard digit.count == 1,
                let value = UInt8(String(decoding: digit, as: UTF8.self), radix: 16)
            else { return nil }
            if index % 2 == 0 { bytes.append(value << 4) } else { bytes[index / 2] |= value }
        }
        return IPAddress(bytes: bytes.span)
    }
}

extension IPAddress {
    /// The text of one label of a reverse name: 8 bits in decimal, or 4 in hexadecimal.
    fileprivate func reverseLabel(_ index: Int, adding extra: UInt8) -> [UInt8] {
        if family == .v4 { return Array(String(byte(at: index) | extra).utf8) }
        let pair = byte(at: index / 2)
        let digit = (index % 2 == 0 ? pair >> 4 : pair & 0x0F) | extra
        return Array(String(digit, radix: 16).utf8)
    }
}
