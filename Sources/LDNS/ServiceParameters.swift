// SPDX-License-Identifier: Apache-2.0

/// The rules for the parameters of SVCB and HTTPS data (RFC 9460 §2.2, §8), which libldns 1.8.3
/// does not hold to.
package enum ServiceParameters {
    /// The key that lists the keys a client must understand.
    private static let mandatory: UInt16 = 0
    /// The key that turns the default protocol off; it wants `alpn` beside it.
    private static let noDefaultALPN: UInt16 = 2
    private static let alpn: UInt16 = 1

    /// Checks data in wire form; the error says what is wrong with it.
    package static func check(_ data: [UInt8]) throws(LDNSError) {
        guard data.count >= 3 else { throw LDNSError("the data ends before its target") }
        let priority = UInt16(data[0]) << 8 | UInt16(data[1])
        var offset = 2
        while offset < data.count, data[offset] != 0 { offset += Int(data[offset]) + 1 }
        offset += 1
        var keys: [UInt16] = []
        var needed: [UInt16] = []
        while offset < data.count {
            guard offset + 4 <= data.count else { throw LDNSError("a parameter is cut") }
            let key = UInt16(data[offset]) << 8 | UInt16(data[offset + 1])
            let start = offset + 4
            let end = start + (Int(data[offset + 2]) << 8 | Int(data[offset + 3]))
            guard end <= data.count else { throw LDNSError("a parameter is cut") }
            guard key != .max else { throw LDNSError("key65535 is reserved") }
            if let last = keys.last {
                guard key != last else { throw LDNSError("key \(key) is given twice") }
                guard key > last else { throw LDNSError("keys must be in ascending order") }
            }
            keys.append(key)
            try checkValue(of: key, data[start..<end])
            if key == mandatory { needed = try mandatoryKeys(data[start..<end]) }
            offset = end
        }
        if priority == 0, !keys.isEmpty {
            throw LDNSError("priority 0 (an alias) takes no parameters")
        }
        for key in needed where !keys.contains(key) {
            throw LDNSError("key \(key) is mandatory but absent")
        }
        if keys.contains(noDefaultALPN), !keys.contains(alpn) {
            throw LDNSError("'no-default-alpn' wants 'alpn' beside it")
        }
    }

    /// Checks the length of the values whose form is fixed.
    private static func checkValue(
        of key: UInt16,
        _ value: ArraySlice<UInt8>
    ) throws(LDNSError) {
        let isRight =
            switch key {
            case 2: value.isEmpty
            case 3: value.count == 2
            case 4: !value.isEmpty && value.count.isMultiple(of: 4)
            case 6: !value.isEmpty && value.count.isMultiple(of: 16)
            case alpn: isListOfStrings(value)
            default: true
            }
        guard isRight else { throw LDNSError("the value of key \(key) has a wrong length") }
    }

    /// Whether `value` is one or more strings, each of 1 to 255 bytes after its length.
    private static func isListOfStrings(_ value: ArraySlice<UInt8>) -> Bool {
        var offset = value.startIndex
        guard !value.isEmpty else { return false }
        while offset < value.endIndex {
            guard value[offset] > 0 else { return false }
            offset += Int(value[offset]) + 1
        }
        return offset == value.endIndex
    }

    /// The keys in the value of `mandatory`: ascending, each once, never `mandatory` itself.
    private static func mandatoryKeys(_ value: ArraySlice<UInt8>) throws(LDNSError) -> [UInt16] {
        guard !value.isEmpty, value.count.isMultiple(of: 2) else {
            throw LDNSError("'mandatory' wants a list of keys")
        }
        var keys: [UInt16] = []
        for offset in stride(from: value.startIndex, to: value.endIndex, by: 2) {
            let key = UInt16(value[offset]) << 8 | UInt16(value[offset + 1])
            guard key != mandatory else { throw LDNSError("'mandatory' must not list itself") }
            guard keys.last.map({ $0 < key }) != false else {
                throw LDNSError("the keys of 'mandatory' must be in ascending order, each once")
            }
            keys.append(key)
        }
        return keys
    }
}
