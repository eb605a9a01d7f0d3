// SPDX-License-Identifier: Apache-2.0

// The one door through which this module reads memory that the compiler cannot vouch for.

extension Span<UInt8> {
    /// The big-endian 16-bit integer at `offset`, in bytes; traps when it does not fit.
    package func uint16(at offset: Int) -> UInt16 {
        // SAFETY: the load checks its bounds, and every bit pattern is a valid integer.
        unsafe UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The big-endian 32-bit integer at `offset`, in bytes; traps when it does not fit.
    package func uint32(at offset: Int) -> UInt32 {
        // SAFETY: the load checks its bounds, and every bit pattern is a valid integer.
        unsafe UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The big-endian 64-bit integer at `offset`, in bytes; traps when it does not fit.
    package func uint64(at offset: Int) -> UInt64 {
        // SAFETY: the load checks its bounds, and every bit pattern is a valid integer.
        unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The bytes as an array of their own.
    package var copied: [UInt8] { copied(withRoomFor: count) }

    /// The bytes as an array of their own, which may grow to `byteCount` without moving.
    package func copied(withRoomFor byteCount: Int) -> [UInt8] {
        // Not in one step: that looks the array's type up each time.
        var copy: [UInt8] = []
        copy.reserveCapacity(byteCount)
        copy.append(copying: self)
        return copy
    }

    /// Whether both have the same bytes; eight are compared at a time.
    package func hasSameBytes(as other: Span<UInt8>) -> Bool {
        let count = count
        guard count == other.count else { return false }
        guard count >= 8 else {
            if count >= 4 {
                return uint32(at: 0) == other.uint32(at: 0)
                    && uint32(at: count &- 4) == other.uint32(at: count &- 4)
            }
            for index in 0..<count where self[index] != other[index] { return false }
            return true
        }
        var offset = 0
        while offset &+ 8 <= count {
            if uint64(at: offset) != other.uint64(at: offset) { return false }
            offset &+= 8
        }
        // The last eight once more, whatever is left of them.
        return uint64(at: count &- 8) == other.uint64(at: count &- 8)
    }
}

extension [UInt8] {
    /// Appends bytes.
    package mutating func append(copying bytes: Span<UInt8>) {
        // SAFETY: the bytes are read while they are lent.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension MutableSpan<UInt8> {
    /// Writes a big-endian integer at `offset`, in bytes; traps when it does not fit.
    package mutating func set16(_ value: UInt16, at offset: Int) {
        set(value.bigEndian, at: offset)
    }

    /// Writes a big-endian integer at `offset`, in bytes; traps when it does not fit.
    package mutating func set32(_ value: UInt32, at offset: Int) {
        set(value.bigEndian, at: offset)
    }

    /// Writes a big-endian integer at `offset`, in bytes; traps when it does not fit.
    package mutating func set64(_ value: UInt64, at offset: Int) {
        set(value.bigEndian, at: offset)
    }

    private mutating func set<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ value: Integer,
        at offset: Int
    ) {
        precondition(
            offset >= 0 && offset <= count &- MemoryLayout<Integer>.size,
            "an integer ends where the memory ends"
        )
        // SAFETY: the bounds were checked, and every bit pattern is a valid byte.
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value, toByteOffset: offset, as: Integer.self)
        }
    }

    /// Exchanges the four bytes at `first` with those at `second`; traps when they do not fit.
    package mutating func swap32(at first: Int, _ second: Int) {
        precondition(
            min(first, second) >= 0 && max(first, second) <= count &- 4,
            "an integer ends where the memory ends"
        )
        // SAFETY: the bounds were checked, and every bit pattern is a valid integer.
        unsafe withUnsafeMutableBytes { bytes in
            let left = unsafe bytes.loadUnaligned(fromByteOffset: first, as: UInt32.self)
            let right = unsafe bytes.loadUnaligned(fromByteOffset: second, as: UInt32.self)
            unsafe bytes.storeBytes(of: right, toByteOffset: first, as: UInt32.self)
            unsafe bytes.storeBytes(of: left, toByteOffset: second, as: UInt32.self)
        }
    }

    /// Writes big-endian integers one behind the other from `offset` on, in bytes; traps when they
    /// do not fit.
    ///
    /// Part of whoever calls it, who can lend words then without counting references.
    @inlinable
    package mutating func set(_ words: Span<UInt32>, at offset: Int) {
        precondition(
            offset >= 0 && offset <= count && words.count <= (count &- offset) >> 2,
            "integers end where the memory ends"
        )
        // SAFETY: the bounds were checked, and every bit pattern is a valid byte.
        unsafe withUnsafeMutableBytes { target in
            for index in 0..<words.count {
                unsafe target.storeBytes(
                    of: words[index].bigEndian,
                    toByteOffset: offset &+ index &* 4,
                    as: UInt32.self
                )
            }
        }
    }

    /// Writes pieces of 16 bytes from `offset` on: `head`, `tail`, and four bytes of `addresses`.
    ///
    /// These are A records, but for the addresses all alike; traps when they do not fit.
    mutating func setEach(
        _ addresses: Span<UInt8>,
        behind head: UInt64,
        _ tail: UInt32,
        at offset: Int
    ) {
        let number = addresses.count >> 2
        precondition(
            offset >= 0 && offset <= count && number <= (count &- offset) >> 4,
            "records end where the memory ends"
        )
        // The second half of a piece is one integer, whatever the machine's order of bytes.
        let tail = UInt64(UInt32(littleEndian: tail))
        // SAFETY: the bounds of both were checked, and every bit pattern is a valid byte.
        unsafe withUnsafeMutableBytes { target in
            unsafe addresses.withUnsafeBytes { source in
                for index in 0..<number {
                    let place = offset &+ index &* 16
                    let address = unsafe UInt32(
                        littleEndian: source.loadUnaligned(
                            fromByteOffset: index &* 4,
                            as: UInt32.self
                        )
                    )
                    unsafe target.storeBytes(of: head, toByteOffset: place, as: UInt64.self)
                    unsafe target.storeBytes(
                        of: (tail | UInt64(address) << 32).littleEndian,
                        toByteOffset: place &+ 8,
                        as: UInt64.self
                    )
                }
            }
        }
    }

    /// Copies all of `source` to `offset`, in bytes; traps when it does not fit.
    package mutating func copy(_ source: Span<UInt8>, to offset: Int) {
        precondition(
            offset >= 0 && source.count <= count &- offset,
            "a copy ends where the memory ends"
        )
        // SAFETY: the bounds were checked; nobody else has what may be written, so that the two
        // are different memory.
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                    .copyMemory(from: $0)
            }
        }
    }

    /// Copies all of `source` as it is to one place, and with A–Z as a–z to another, eight bytes a
    /// step; traps where it does not fit.
    ///
    /// The two places must not share memory.
    package mutating func copy(_ source: Span<UInt8>, to plain: Int, inLowerCaseTo lower: Int) {
        let last = source.count &- 8
        guard last >= 0 else {
            for offset in 0..<source.count {
                self[plain &+ offset] = source[offset]
                self[lower &+ offset] = source[offset].asciiLowercased
            }
            return
        }
        precondition(
            min(plain, lower) >= 0 && max(plain, lower) <= count &- source.count,
            "a copy ends where the memory ends"
        )
        // SAFETY: the bounds of all three were checked, and every bit pattern is a valid integer;
        // nobody else has what may be written, so that the source is different memory.
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { source in
                var offset = 0
                while true {
                    let bytes = unsafe source.loadUnaligned(
                        fromByteOffset: offset,
                        as: UInt64.self
                    )
                    unsafe target.storeBytes(
                        of: bytes,
                        toByteOffset: plain &+ offset,
                        as: UInt64.self
                    )
                    unsafe target.storeBytes(
                        of: bytes.asciiLowercased,
                        toByteOffset: lower &+ offset,
                        as: UInt64.self
                    )
                    if offset == last { return }
                    // The last eight are copied once more, whatever is left of them.
                    offset = min(offset &+ 8, last)
                }
            }
        }
    }
}

extension UInt64 {
    /// Eight bytes, those that are A–Z turned to a–z.
    var asciiLowercased: UInt64 {
        let low = self & 0x7F7F_7F7F_7F7F_7F7F
        // In the upper bit of each byte: at least A; more than Z; not ASCII.
        let isLetterOrMore = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let isMore = low &+ 0x2525_2525_2525_2525
        let isLetter = (isLetterOrMore ^ isMore) & ~self & 0x8080_8080_8080_8080
        return self | isLetter >> 2
    }
}
