// SPDX-License-Identifier: Apache-2.0

import Wire

/// An address of a Pod in its namespace.
struct PodName: Hashable, Sendable {
    /// The namespace as a label, in lower case.
    let namespace: [UInt8]
    let address: IPAddress

    /// The hash under which a table keeps it.
    var hash: UInt64 { Self.hash(address, namespace: namespace.span) }

    static func hash(_ address: IPAddress, namespace: Span<UInt8>) -> UInt64 {
        address.tableHash ^ hashBytes(namespace)
    }

    static func isOrdered(_ left: PodName, _ right: PodName) -> Bool {
        if left.address != right.address { return left.address.isOrdered(before: right.address) }
        return left.namespace.lexicographicallyPrecedes(right.namespace)
    }
}

/// Some Pods that have names of their own, in one row of words.
///
///     index head, number of Pods
///     the slots of the index, which lead to the place of an entry and one more
///     the entries, sorted by address and namespace
///     the namespaces, as labels with their lengths in front
struct PodShard: TableShard, Equatable {
    static var bitCount: Int { 12 }
    static let empty = PodShard([])

    let words: [UInt32]

    /// The places of the words in front of the slots.
    enum Head {
        static var index: Int { 0 }
        static var podCount: Int { 1 }
        static var count: Int { 2 }
    }

    /// The places of the words of an entry.
    enum Entry {
        static var family: Int { 0 }
        /// Four words; an IPv4 address is the last of them.
        static var address: Int { 1 }
        /// Where the namespace stands in the row.
        static var namespace: Int { 5 }
        static var count: Int { 6 }
    }

    /// The shard of these Pods, which need no order.
    init(_ names: some Collection<PodName>) {
        let sorted = names.sorted(by: PodName.isOrdered)
        let index = WordIndex(capacity: sorted.count, largest: sorted.count)
        var words = [index.head, UInt32(truncatingIfNeeded: sorted.count)]
        words.append(contentsOf: repeatElement(0, count: index.wordCount))
        let end = words.count + sorted.count * Entry.count
        var text: [UInt32] = []
        var places: [[UInt8]: Int] = [:]
        for (number, name) in sorted.enumerated() {
            if places[name.namespace] == nil {
                places[name.namespace] = end + text.count
                text.append(
                    bytes: [UInt8(truncatingIfNeeded: name.namespace.count)] + name.namespace
                )
            }
            words.append(UInt32(name.address.family.rawValue))
            let bits = name.address.words
            words.append(contentsOf: repeatElement(0, count: 4 - bits.count))
            words += bits
            words.append(UInt32(truncatingIfNeeded: places[name.namespace] ?? 0))
            index.insert(number + 1, hash: name.hash, into: &words, at: Head.count)
        }
        self.words = words + text
    }

    /// All of its Pods.
    var names: [PodName] {
        let first = Head.count + WordIndex(head: words[Head.index]).wordCount
        return (0..<Int(words[Head.podCount])).map { number in
            let entry = first + number * Entry.count
            return PodName(
                namespace: Array(words.label(at: Int(words[entry + Entry.namespace]))),
                address: address(entry)
            )
        }
    }

    private func address(_ entry: Int) -> IPAddress {
        let bits = entry + Entry.address
        guard words[entry + Entry.family] == UInt32(IPAddress.Family.v6.rawValue) else {
            return IPAddress(v4: words[bits + 3])
        }
        return words.v6Address(at: bits)
    }
}

/// Each step begins at the table, as in `Cluster`.
extension ShardTable where Shard == PodShard {
    @inline(__always)
    private func word(_ place: Int, in number: Int) -> UInt32 { self[number].words[place] }

    /// Whether a Pod of the namespace has the address; the hash is that of both.
    func holds(_ address: IPAddress, namespace: Span<UInt8>, hash: UInt64) -> Bool {
        let number = Self.number(of: hash)
        let index = WordIndex(head: word(PodShard.Head.index, in: number))
        let first = PodShard.Head.count &+ index.wordCount
        var slot = index.firstSlot(hash)
        while true {
            let word = word(PodShard.Head.count &+ index.word(of: slot), in: number)
            let found = index.number(at: slot, in: word)
            guard found != 0 else { return false }
            let entry = first &+ (found &- 1) &* PodShard.Entry.count
            if isPod(entry, address, namespace, in: number) { return true }
            slot = index.slot(after: slot)
        }
    }

    @inline(__always)
    private func isPod(
        _ entry: Int,
        _ address: IPAddress,
        _ label: Span<UInt8>,
        in number: Int
    ) -> Bool {
        let bits = entry &+ PodShard.Entry.address
        guard
            word(entry &+ PodShard.Entry.family, in: number) == UInt32(address.family.rawValue),
            UInt64(word(bits &+ 2, in: number)) << 32 | UInt64(word(bits &+ 3, in: number))
                == address.low,
            UInt64(word(bits, in: number)) << 32 | UInt64(word(bits &+ 1, in: number))
                == address.high
        else { return false }
        let text = Int(word(entry &+ PodShard.Entry.namespace, in: number))
        guard Int(word(text, in: number) >> 24) == label.count else { return false }
        for offset in 0..<label.count {
            let place = offset &+ 1
            let shift = UInt32(truncatingIfNeeded: 24 &- place % 4 &* 8)
            let byte = word(text &+ place >> 2, in: number) >> shift
            guard UInt8(truncatingIfNeeded: byte) == label[offset] else { return false }
        }
        return true
    }
}

extension [UInt32] {
    /// Appends bytes, four a word, the last one filled up with zeros.
    mutating func append(bytes: some Sequence<UInt8>) { append(bytes, behind: 0, shift: 24) }

    /// Appends a label with its length in front.
    mutating func append(label: some Collection<UInt8>) {
        append(label, behind: UInt32(truncatingIfNeeded: label.count) << 24, shift: 16)
    }

    /// Appends bytes of which the first is to stand so many bits up in a word that has begun.
    private mutating func append(
        _ bytes: some Sequence<UInt8>,
        behind word: UInt32,
        shift: UInt32
    ) {
        var (word, shift) = (word, shift)
        for byte in bytes {
            word |= UInt32(byte) << shift
            if shift == 0 {
                append(word)
                word = 0
                shift = 24
            } else {
                shift -= 8
            }
        }
        if shift < 24 { append(word) }
    }
}
