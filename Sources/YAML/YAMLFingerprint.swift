// SPDX-License-Identifier: Apache-2.0

/// All that a value says, wherever it stands, to be compared with another.
package struct YAMLFingerprint {
    /// The longest one, in bytes; what says more is like nothing else.
    package static let maximumByteCount = 1 << 12

    private var bytes: [UInt8] = []
    private var last: [UInt8] = []
    private var open: [UInt32] = []

    package init() {}

    /// Takes the fingerprint of a value; whether it is that of the one before.
    package mutating func take(_ node: YAMLNode) -> Bool {
        swap(&bytes, &last)
        bytes.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        open.append(node.number)
        // Each value with how much is in it, the last of a collection first.
        while let number = open.popLast() {
            node.document.appendFingerprint(of: number, to: &bytes, &open)
            guard bytes.count <= Self.maximumByteCount else {
                // Equal to nothing, not even to itself.
                bytes.removeAll()
                return false
            }
        }
        return bytes == last
    }
}

extension YAMLDocument {
    /// Appends what one value is, without its parts, which are left open.
    fileprivate func appendFingerprint(
        of number: UInt32,
        to fingerprint: inout [UInt8],
        _ open: inout [UInt32]
    ) {
        let value = values[Int(number)]
        let style: UInt8 = value.isPlain ? 0x10 : 0
        fingerprint.append(value.kind.rawValue | style | value.tag.rawValue << 5)
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            fingerprint.append(UInt8(truncatingIfNeeded: value.count >> shift))
        }
        let first = Int(value.first)
        let range = first..<(first &+ Int(value.count))
        if value.kind == .scalar {
            fingerprint.append(contentsOf: bytes[range])
        } else if value.count <= YAMLFingerprint.maximumByteCount {
            open.append(contentsOf: parts[range])
        } else {
            // It will be too long.
            fingerprint.append(contentsOf: repeatElement(0, count: Int(value.count)))
        }
    }
}
