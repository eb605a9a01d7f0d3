// SPDX-License-Identifier: Apache-2.0

/// Where names lie in the data of a record type, for reading and writing compressed forms.
///
/// Data is some fixed bytes, then character strings, then names, then a tail. Only the types of
/// RFC 1035 may be written compressed (RFC 3597 §4); others are read leniently.
package struct RecordLayout: Hashable, Sendable {
    /// What follows the names.
    package enum Tail: Hashable, Sendable {
        /// Exactly so many bytes.
        case exactly(Int)
        /// Whatever is left.
        case rest
    }

    package let leadingByteCount: Int
    package let leadingStringCount: Int
    package let nameCount: Int
    package let tail: Tail
    /// Whether its names may be written as pointers.
    package let isCompressible: Bool

    private init(
        _ leadingByteCount: Int,
        strings: Int = 0,
        names: Int,
        tail: Tail = .exactly(0),
        isCompressible: Bool = false
    ) {
        self.leadingByteCount = leadingByteCount
        leadingStringCount = strings
        nameCount = names
        self.tail = tail
        self.isCompressible = isCompressible
    }

    /// The layout of data of `type`.
    package init(of type: RecordType) {
        switch type.rawValue {
        case 2, 3, 4, 5, 7, 8, 9, 12: self.init(0, names: 1, isCompressible: true)
        case 39: self.init(0, names: 1)
        case 6: self.init(0, names: 2, tail: .exactly(20), isCompressible: true)
        case 14: self.init(0, names: 2, isCompressible: true)
        case 15: self.init(2, names: 1, isCompressible: true)
        case 17: self.init(0, names: 2)
        case 18, 21, 36: self.init(2, names: 1)
        case 24, 46: self.init(18, names: 1, tail: .rest)
        case 26: self.init(2, names: 2)
        case 33: self.init(6, names: 1)
        case 35: self.init(4, strings: 3, names: 1)
        case 30, 47: self.init(0, names: 1, tail: .rest)
        case 1: self.init(4, names: 0)
        case 28: self.init(16, names: 0)
        default: self.init(0, names: 0, tail: .rest)
        }
    }
}
