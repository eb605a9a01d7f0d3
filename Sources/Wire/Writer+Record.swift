// SPDX-License-Identifier: Apache-2.0

extension Writer {
    /// Writes one record, its owner and (where the type allows it) the names in its data compressed.
    ///
    /// A record that does not fit leaves no byte behind.
    package mutating func putRecord(
        owner: Span<UInt8>,
        type: RecordType,
        recordClass: RecordClass,
        ttl: UInt32,
        data: Span<UInt8>,
        compressing table: inout NameTable
    ) -> Bool {
        let start = count
        guard put(name: owner, compressing: &table),
            putRecordTail(type, recordClass, ttl, data, &table)
        else {
            undo(to: start, &table)
            return false
        }
        return true
    }

    /// Takes a record back, and with it what the table learned from it.
    private mutating func undo(to start: Int, _ table: inout NameTable) {
        rewind(to: start)
        table.removeAll()
    }

    /// Writes one record that is owned by the name at `offset` of the message.
    package mutating func putRecord(
        ownerAt offset: UInt16,
        type: RecordType,
        recordClass: RecordClass,
        ttl: UInt32,
        data: Span<UInt8>,
        compressing table: inout NameTable
    ) -> Bool {
        let start = count
        guard put16(0xC000 | offset), putRecordTail(type, recordClass, ttl, data, &table) else {
            undo(to: start, &table)
            return false
        }
        return true
    }

    /// Writes everything behind a record's owner.
    private mutating func putRecordTail(
        _ type: RecordType,
        _ recordClass: RecordClass,
        _ ttl: UInt32,
        _ data: Span<UInt8>,
        _ table: inout NameTable
    ) -> Bool {
        guard put16(type.rawValue), put16(recordClass.rawValue), put32(ttl), put16(0) else {
            return false
        }
        let start = count
        guard putData(data, of: type, &table) else { return false }
        set16(UInt16(truncatingIfNeeded: count &- start), at: start &- 2)
        return true
    }

    /// Writes a record's data.
    private mutating func putData(
        _ data: Span<UInt8>,
        of type: RecordType,
        _ table: inout NameTable
    ) -> Bool {
        let layout = RecordLayout(of: type)
        guard layout.isCompressible, data.count > layout.leadingByteCount else { return put(data) }
        var offset = layout.leadingByteCount
        guard put(data.extracting(0..<offset)) else { return false }
        for _ in 0..<layout.nameCount {
            // Data that is not of its type's shape is written as it stands.
            guard let end = try? data.nameEnd(at: offset), end <= data.count else { break }
            guard put(name: data.extracting(offset..<end), compressing: &table) else {
                return false
            }
            offset = end
        }
        return put(data.extracting(offset..<data.count))
    }
}
