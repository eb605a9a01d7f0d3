// SPDX-License-Identifier: Apache-2.0

/// A checksum over the parts of a file: it depends on every byte, and on where parts begin.
///
/// It tells damage, not forgery.
package struct Checksum: Hashable, Sendable {
    package private(set) var value: UInt64 = 0

    package init() {}

    /// Takes the next part.
    package mutating func add(_ part: Span<UInt8>) {
        value = value &* 0x9E37_79B9_7F4A_7C15 ^ hashBytes(part)
    }
}
