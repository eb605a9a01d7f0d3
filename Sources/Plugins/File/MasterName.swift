// SPDX-License-Identifier: Apache-2.0

import Wire

/// Reads names as master files write them: relative to an origin unless a dot ends them.
enum MasterName {
    /// The lower-case wire form of the name written `text`.
    ///
    /// Offsets in errors are bytes of `text`; its escapes must be sound already.
    static func read(_ text: ArraySlice<UInt8>, origin: Name) throws(WireError) -> [UInt8] {
        if text.elementsEqual([UInt8(ascii: "@")]) { return origin.bytes }
        if text.elementsEqual([UInt8(ascii: ".")]) { return [0] }
        guard !text.isEmpty else { throw .emptyLabel(offset: 0) }
        var wire: [UInt8] = []
        wire.reserveCapacity(text.count + origin.bytes.count + 1)
        // Where the length of the label being read stands.
        var start = 0
        wire.append(0)
        var index = text.startIndex
        while index < text.endIndex {
            let offset = index - text.startIndex
            var byte = text[index]
            index += 1
            if byte == UInt8(ascii: ".") {
                try close(&wire, start, offset)
                start = wire.count
                wire.append(0)
                continue
            }
            if byte == UInt8(ascii: "\\") {
                (byte, index) = try escaped(text, at: index, offset)
            }
            wire.append(byte.asciiLowercased)
            guard wire.count - start - 1 <= Name.maximumLabelByteCount else {
                throw .badLabel(offset: offset)
            }
            guard wire.count <= Name.maximumByteCount else { throw .nameTooLong(offset: 0) }
        }
        // A label left open makes the name relative; else the empty one is the root's.
        if wire.count - start > 1 {
            try close(&wire, start, text.count)
            wire += origin.bytes
        }
        guard wire.count <= Name.maximumByteCount else { throw .nameTooLong(offset: 0) }
        return wire
    }

    /// Writes the length of the label that began at `start`.
    private static func close(
        _ wire: inout [UInt8],
        _ start: Int,
        _ offset: Int
    ) throws(WireError) {
        guard wire.count - start > 1 else { throw .emptyLabel(offset: offset) }
        wire[start] = UInt8(wire.count - start - 1)
    }

    /// The byte that the escape before `index` stands for, and the index behind it.
    private static func escaped(
        _ text: ArraySlice<UInt8>,
        at index: Int,
        _ offset: Int
    ) throws(WireError) -> (UInt8, Int) {
        guard index < text.endIndex else { throw .badEscape(offset: offset) }
        guard text[index].isDigit else { return (text[index], index + 1) }
        guard index + 2 < text.endIndex, text[index + 1].isDigit, text[index + 2].isDigit,
            let byte = UInt8(exactly: text[index...(index + 2)].decimal)
        else { throw .badEscape(offset: offset) }
        return (byte, index + 3)
    }
}
