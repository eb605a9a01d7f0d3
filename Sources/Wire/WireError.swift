// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a DNS message, or text is not a name; each with the byte where it shows.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes end before what they announce.
    case truncated(offset: Int)
    /// A length byte that is neither a label of at most 63 bytes nor a pointer.
    case badLabel(offset: Int)
    /// A compression pointer that does not point backwards, or stands where none may.
    case badPointer(offset: Int)
    /// A name of more than 255 bytes.
    case nameTooLong(offset: Int)
    /// Data that does not fit the type of its record.
    case badData(offset: Int)
    /// An empty label in the middle of a name's text.
    case emptyLabel(offset: Int)
    /// A backslash in a name's text that begins no escape (RFC 1035 §5.1).
    case badEscape(offset: Int)

    package var description: String {
        switch self {
        case .truncated(let offset): "byte \(offset): the message ends too early"
        case .badLabel(let offset): "byte \(offset): a label is longer than 63 bytes"
        case .badPointer(let offset): "byte \(offset): a compression pointer leads nowhere"
        case .nameTooLong(let offset): "byte \(offset): the name is longer than 255 bytes"
        case .badData(let offset): "byte \(offset): the data does not fit its record type"
        case .emptyLabel(let offset): "byte \(offset): a label is empty"
        case .badEscape(let offset): "byte \(offset): '\\' wants a character or three digits"
        }
    }
}
