// SPDX-License-Identifier: Apache-2.0

extension Writer {
    /// Writes a question behind room for a header, as the start of a message.
    package mutating func putQuestion(
        _ name: borrowing QueryName,
        _ type: RecordType,
        _ recordClass: RecordClass
    ) -> Bool {
        let end = Header.byteCount &+ name.byteCount
        guard count == 0, hasRoom(for: end &+ 4) else { return false }
        skip(Header.byteCount)
        _ = put(name.bytes)
        set32(UInt32(type.rawValue) << 16 | UInt32(recordClass.rawValue), at: end)
        skip(4)
        return true
    }

    /// Writes an OPT record (RFC 6891 §6.1.2) up to its data, of `dataByteCount`.
    ///
    /// `upperCode`: the upper eight bits of the response code.
    package mutating func putOptions(
        udpByteCount: UInt16,
        upperCode: UInt8,
        wantsSignatures: Bool,
        dataByteCount: UInt16
    ) -> Bool {
        guard hasRoom(for: 11) else { return false }
        // The root, the type, our size, the code and version 0.
        set64(
            UInt64(RecordType.opt.rawValue) << 40 | UInt64(udpByteCount) << 24
                | UInt64(upperCode) << 16,
            at: count
        )
        set32(wantsSignatures ? 0x80_0000 : 0, at: count &+ 6)
        set16(dataByteCount, at: count &+ 9)
        skip(11)
        return true
    }

    /// Writes one record, its owner and (where the type allows it) the names in its data compressed.
    ///
    /// A record that does not fit leaves no byte behind.
    package mutating func putRecord(
        owner: Span<UInt8>,
        type: RecordType,
        recordClass: RecordClass,
        ttl: UInt32,
        data: Span<UInt8>,
        isCompressed: Bool = false,
        compressing table: inout NameTable
    ) -> Bool {
        let start = count
        guard put(name: owner, compressing: &table),
            putRecordTail(type, recordClass, ttl, data, isCompressed, &table)
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
        isCompressed: Bool = false,
        compressing table: inout NameTable
    ) -> Bool {
        let start = count
        guard put16(0xC000 | offset),
            putRecordTail(type, recordClass, ttl, data, isCompressed, &table)
        else {
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
        _ isCompressed: Bool,
        _ table: inout NameTable
    ) -> Bool {
        guard hasRoom(for: 10) else { return false }
        putFixed(type, recordClass, ttl)
        let start = count
        guard isCompressed ? put(data) : putData(data, of: type, &table) else { return false }
        set16(UInt16(truncatingIfNeeded: count &- start), at: start &- 2)
        return true
    }

    /// Writes type, class, time to live and a length of 0, for which there must be room.
    private mutating func putFixed(
        _ type: RecordType,
        _ recordClass: RecordClass,
        _ ttl: UInt32
    ) {
        set64(
            UInt64(type.rawValue) << 48 | UInt64(recordClass.rawValue) << 32 | UInt64(ttl),
            at: count
        )
        set16(0, at: count &+ 8)
        skip(10)
    }

    /// Writes a record for each address that fits, owned by the name at `offset` of the message.
    ///
    /// `byteCount`: the length of one address, 4 or 16. The result is the number of records.
    package mutating func putAddresses(
        ownerAt offset: UInt16,
        type: RecordType,
        recordClass: RecordClass,
        ttl: UInt32,
        addresses: Span<UInt8>,
        byteCount: Int
    ) -> Int {
        // Owner, type, class and the upper half of the time to live; then what is left of it, and
        // the length: the same for each.
        let head =
            UInt64(0xC000 | offset) << 48 | UInt64(type.rawValue) << 32
            | UInt64(recordClass.rawValue) << 16 | UInt64(ttl >> 16)
        let tail = (ttl & 0xFFFF) << 16 | UInt32(truncatingIfNeeded: byteCount)
        let room = limit &- count
        if byteCount == 4 {
            let number = max(0, min(addresses.count >> 2, room >> 4))
            setEach(addresses.extracting(0..<(number &* 4)), behind: head, tail)
            return number
        }
        let size = 28
        let number = max(0, min(addresses.count >> 4, room / size))
        var (source, target) = (0, count)
        for _ in 0..<number {
            set64(head, at: target)
            set32(tail, at: target &+ 8)
            set64(addresses.uint64(at: source), at: target &+ 12)
            set64(addresses.uint64(at: source &+ 8), at: target &+ 20)
            source &+= 16
            target &+= size
        }
        skip(number &* size)
        return number
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
