// SPDX-License-Identifier: Apache-2.0

import Wire

/// Pods that follow each other in a file and carry the same labels, held as one stored object.
///
/// Pods of one workload differ by their names and addresses, and in little else. So a run holds the
/// first document as it is, and of each further one what differs from the one before:
///
///     the code of a run, the byte count of the first tail
///     namespace and name of the first Pod, as in every key
///     the number of Pods, the first tail
///     for each further Pod: with how many bytes of the name before its own begins, and the rest;
///         with how many bytes of the tail before its own begins and ends, and what is between
///
/// A tail is what stands in the stored object of one Pod behind its key and the number of its
/// objects. Whoever reads a run like any other object finds its first Pod.
struct PodRun {
    /// The most Pods of a run: a change of one of them writes and reads all.
    static let maximumCount = 128
    /// One of so many names, chosen by their hashes, begins a run, so that a Pod that comes or goes
    /// moves the ends of few runs only.
    private static let meanCount: UInt64 = 32

    /// The number of the Pods.
    let count: Int
    private var reader: ObjectReader
    private let namespace: [UInt8]
    /// The name and the tail of the Pod that was read last.
    private var name: [UInt8]
    private var tail: [UInt8]
    /// How many Pods were read.
    private var position = 0
    private var parts = PodParts()

    /// The Pods of a run, read one by one; nil when the object is none.
    init?(_ object: StoredObject) {
        guard object.isPodRun else { return nil }
        reader = ObjectReader(object)
        _ = reader.byte()
        let tailByteCount = reader.count()
        namespace = Array(reader.wholeText())
        name = Array(reader.wholeText())
        count = Self.documentCount(&reader)
        tail = Array(reader.bytes(tailByteCount))
    }

    /// Reads the number of the Pods, which stands behind the key.
    fileprivate static func documentCount(_ reader: inout ObjectReader) -> Int {
        min(reader.count(), maximumCount)
    }

    /// Goes to the next Pod; false behind the last.
    private mutating func advance() -> Bool {
        guard position < count else { return false }
        position += 1
        guard position > 1 else { return true }
        parts.sameName = min(reader.number(), name.count)
        name.replaceSubrange(parts.sameName..., with: reader.wholeText())
        parts.sameHead = min(reader.number(), tail.count)
        parts.sameEnd = min(reader.number(), tail.count - parts.sameHead)
        let end = tail.count - parts.sameEnd
        tail.replaceSubrange(parts.sameHead..<end, with: reader.wholeText())
        return true
    }

    /// The next Pod's document as an object of its own; nil behind the last.
    mutating func next() -> StoredObject? {
        guard advance() else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(namespace.count + name.count + tail.count + 8)
        appendKey(to: &bytes)
        bytes.append(number: 1)
        bytes += tail
        return StoredObject(bytes: bytes)
    }

    /// The next Pod; nil behind the last, and where there is none, as bytes may be damaged.
    mutating func nextPod() -> Pod? {
        guard let document = next() else { return nil }
        var reader = ObjectReader(document)
        reader.skipKey()
        _ = reader.count()
        let start = reader.offset
        let head = reader.head()
        return head.kind == .pod ? reader.pod(head, from: start, &parts) : nil
    }

    /// The hash of the next Pod's key (`StoredKey.number`); nil behind the last.
    mutating func nextKeyNumber() -> UInt64? {
        guard advance() else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(namespace.count + name.count + 8)
        appendKey(to: &bytes)
        return hashBytes(bytes.span)
    }

    private func appendKey(to bytes: inout [UInt8]) {
        bytes.append(StoredCode.podKey)
        bytes.append(number: namespace.count)
        bytes += namespace
        bytes.append(number: name.count)
        bytes += name
    }
}

extension PodRun {
    // MARK: Making

    /// A Pod's document, taken apart.
    private struct Part {
        let object: StoredObject
        let namespace: Range<Int>
        let name: Range<Int>
        let tail: Range<Int>
        let labels: Range<Int>
        /// How much of the name the labels repeat, at most.
        let reach: Int

        /// Nil for what can be in no run: not just one Pod, or a Pod without an address, which is
        /// waited for.
        init?(_ object: StoredObject) {
            guard object.bytes.first == StoredCode.podKey else { return nil }
            var reader = ObjectReader(object)
            _ = reader.byte()
            namespace = reader.range()
            name = reader.range()
            guard reader.count() == 1 else { return nil }
            tail = reader.offset..<object.bytes.count
            let flags = reader.byte()
            guard flags & StoredCode.kindBits == StoredCode.Kind.pod.rawValue,
                flags & StoredCode.isNamedLikeKey != 0
            else { return nil }
            let start = reader.offset
            reader.skipLabels()
            reach = reader.reach
            labels = start..<reader.offset
            if flags & StoredCode.isDated != 0 { _ = reader.number() }
            guard reader.count() > 0 else { return nil }
            self.object = object
        }

        subscript(range: Range<Int>) -> ArraySlice<UInt8> { object.bytes[range] }

        /// The labels by which Pods are found.
        private var alikeLabels: Set<Label> { Label.all(of: object.pods) }

        /// Whether both Pods are found by the same labels in one namespace.
        func isLike(_ other: Part) -> Bool {
            guard self[namespace] == other[other.namespace] else { return false }
            // What labels repeat of the name has to be the same as well.
            if self[labels] == other[other.labels],
                sharedCount(self[name], other[other.name]) >= reach
            {
                return true
            }
            return alikeLabels == other.alikeLabels
        }

        /// Whether a run begins here, whatever stands before.
        var isFirst: Bool {
            hashBytes(object.bytes.span.extracting(name)) % PodRun.meanCount == 0
        }
    }

    /// Packs the documents of a file, in their order.
    struct Packer {
        private var objects: [StoredObject] = []
        private var parts: [Part] = []

        /// Adds a document; `isAlone`: whether it is to be in no run.
        mutating func add(_ object: StoredObject, isAlone: Bool) {
            guard !isAlone, let part = Part(object) else {
                close()
                objects.append(object)
                return
            }
            if let last = parts.last,
                part.isFirst || parts.count == PodRun.maximumCount || !part.isLike(last)
            {
                close()
            }
            parts.append(part)
        }

        /// The objects, of which some are runs.
        consuming func finish() -> [StoredObject] {
            close()
            return Array(objects)
        }

        private mutating func close() {
            guard let first = parts.first else { return }
            objects.append(parts.count == 1 ? first.object : PodRun.packed(parts))
            parts.removeAll(keepingCapacity: true)
        }
    }

    private static func packed(_ parts: [Part]) -> StoredObject {
        let first = parts[0]
        var bytes: [UInt8] = [StoredCode.podRunKey]
        bytes.append(number: first.tail.count)
        bytes.append(text: first[first.namespace])
        bytes.append(text: first[first.name])
        bytes.append(number: parts.count)
        bytes += first[first.tail]
        for (last, part) in zip(parts, parts.dropFirst()) {
            let name = part[part.name]
            let shared = sharedCount(name, last[last.name])
            bytes.append(number: shared)
            bytes.append(text: name.dropFirst(shared))
            let (tail, before) = (part[part.tail], last[last.tail])
            let head = sharedCount(tail, before)
            let rest = tail.dropFirst(head)
            let end = sharedCount(rest.reversed(), before.dropFirst(head).reversed())
            bytes.append(number: head)
            bytes.append(number: end)
            bytes.append(text: rest.dropLast(end))
        }
        return StoredObject(bytes: Array(bytes))
    }
}

/// With how many same bytes two texts begin.
private func sharedCount(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Int {
    var count = 0
    for (left, right) in zip(left, right) {
        guard left == right else { break }
        count += 1
    }
    return count
}

extension StoredObject {
    /// Whether it is a run of Pods, each a document of its own.
    var isPodRun: Bool { bytes.first == StoredCode.podRunKey }

    /// How many documents it holds.
    var documentCount: Int {
        guard isPodRun else { return 1 }
        var reader = ObjectReader(self)
        reader.skipKey()
        return PodRun.documentCount(&reader)
    }

    /// The documents that it holds, each as an object of its own.
    var documents: [StoredObject] {
        guard var run = PodRun(self) else { return [self] }
        var documents: [StoredObject] = []
        documents.reserveCapacity(run.count)
        while let document = run.next() { documents.append(document) }
        return documents
    }

    /// Calls `body` with the hash of each key that nobody else may have (`StoredKey.number`).
    func forEachClaim(_ body: (UInt64) -> Void) {
        guard var run = PodRun(self) else {
            if isClaim, let key = StoredKey(self) { body(key.number) }
            return
        }
        while let number = run.nextKeyNumber() { body(number) }
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, 7 bits a byte, the lowest first.
    mutating func append(number: Int) {
        var rest = UInt(bitPattern: number)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a text in full, its length in front.
    mutating func append(text: some Collection<UInt8>) {
        append(number: text.count)
        append(contentsOf: text)
    }
}
