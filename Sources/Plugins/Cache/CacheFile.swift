// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// How kept answers are laid out in a file, the upper byte of each number first.
///
///     8 bytes that say what it is, 4 of the version
///     8: the second in which it was written, 8: what tells its cache from others
///     for each answer
///         4: the length of its message, 8: its age in milliseconds, 2: the code
///         1: the bits of its key, 1: whether it was used
///         the message: a header, the question and the records
///     4: a length of 0, 4: the number of answers
///     8: the checksum over everything before, whose parts are the head, each answer and the end
///
/// How long an answer may be kept is not written: it follows from its records, as with a reply.
enum CacheFile {
    /// `ApusKept`.
    static let mark: UInt64 = 0x4170_7573_4B65_7074
    /// To be raised with every change of the form.
    static let version: UInt32 = 1
    static let headByteCount = 28
    /// What stands in front of each message.
    static let entryHeadByteCount = 16
    static let endByteCount = 8
    static let checksumByteCount = 8
    /// The largest file that is written or read, in bytes.
    static let maximumByteCount = 1 << 30
}

/// Why a file of kept answers is not used.
enum CacheFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case foreign
    case version(UInt32)
    case otherCache
    case future
    case damaged

    var description: String {
        switch self {
        case .foreign: "is no file of kept answers"
        case .version(let version):
            "is of version \(version), where \(CacheFile.version) is wanted"
        case .otherCache: "is of other upstreams, zones or addresses"
        case .future: "was written later than now, by the clock"
        case .damaged: "is damaged"
        }
    }
}

/// Writes the answers of a cache part by part, so that workers wait for one short copy at most.
struct CacheFileWriter {
    private let cache: AnswerCache
    private let now: Moment
    /// What is written next besides answers.
    private var head: [UInt8]?
    private var walk: AnswerCache.Walk? = AnswerCache.Walk()
    private var checksum = Checksum()
    private(set) var answerCount = 0
    /// How many bytes of answers there is room for.
    private var room: Int
    private var hasEnded = false

    /// `fingerprint`: what tells the cache from others; `maximumByteCount`: the largest file.
    init(
        _ cache: AnswerCache,
        at now: Moment,
        wallSeconds: Int64,
        fingerprint: UInt64,
        maximumByteCount: Int = CacheFile.maximumByteCount
    ) {
        self.cache = cache
        self.now = now
        let restByteCount = CacheFile.endByteCount + CacheFile.checksumByteCount
        room = maximumByteCount - CacheFile.headByteCount - restByteCount
        var head: [UInt8] = []
        head.append(bigEndian: CacheFile.mark)
        head.append(bigEndian: CacheFile.version)
        head.append(bigEndian: UInt64(bitPattern: wallSeconds))
        head.append(bigEndian: fingerprint)
        self.head = head
    }

    /// The next part; nil at the end.
    mutating func next() -> [UInt8]? {
        if let head = head.take() {
            checksum.add(head.span)
            return head
        }
        // LIMIT: each turn goes on in the cache.
        while let place = walk {
            var part: [UInt8] = []
            walk = cache.copyEntries(from: place, at: now, into: &part)
            guard !part.isEmpty, part.count <= room else { continue }
            room -= part.count
            note(part.span)
            return part
        }
        guard !hasEnded else { return nil }
        hasEnded = true
        var end: [UInt8] = []
        end.append(bigEndian: 0 as UInt32)
        end.append(bigEndian: UInt32(truncatingIfNeeded: answerCount))
        checksum.add(end.span)
        end.append(bigEndian: checksum.value)
        return end
    }

    /// Takes the answers of a part into the checksum, one by one.
    private mutating func note(_ part: Span<UInt8>) {
        var offset = 0
        while offset < part.count {
            let count = CacheFile.entryHeadByteCount + Int(part.uint32(at: offset))
            checksum.add(part.extracting(offset..<(offset + count)))
            answerCount += 1
            offset += count
        }
    }
}

/// Reads a file of kept answers; what is wrong with it never traps, and nothing of a damaged one is
/// used.
struct CacheFileReader {
    /// One answer.
    struct Entry {
        /// How old it was when it was written, in milliseconds.
        let ageMilliseconds: UInt64
        let code: ResponseCode
        let keyBits: UInt8
        let isUsed: Bool
        let message: [UInt8]
    }

    private let bytes: [UInt8]
    private var offset = CacheFile.headByteCount
    let answerCount: Int

    /// Checks the whole file.
    init(_ bytes: [UInt8], fingerprint: UInt64, wallSeconds: Int64) throws(CacheFileError) {
        self.bytes = bytes
        let span = bytes.span
        guard span.count >= CacheFile.headByteCount, span.uint64(at: 0) == CacheFile.mark else {
            throw .foreign
        }
        guard span.uint32(at: 8) == CacheFile.version else { throw .version(span.uint32(at: 8)) }
        answerCount = try Self.check(span)
        guard span.uint64(at: 20) == fingerprint else { throw .otherCache }
        let written = Int64(bitPattern: span.uint64(at: 12))
        guard written >= 0 else { throw .damaged }
        guard written <= wallSeconds else { throw .future }
    }

    /// When the file was written, in seconds since 1970.
    var wallSeconds: Int64 { Int64(bitPattern: bytes.span.uint64(at: 12)) }

    /// Goes through the answers up to the end, and tells their number.
    private static func check(_ span: Span<UInt8>) throws(CacheFileError) -> Int {
        var checksum = Checksum()
        checksum.add(span.extracting(0..<CacheFile.headByteCount))
        var offset = CacheFile.headByteCount
        var count = 0
        // LIMIT: each turn goes on by an answer's head at least.
        while true {
            guard span.count - offset >= 4 else { throw .damaged }
            let length = Int(span.uint32(at: offset))
            if length == 0 { break }
            let entryCount = CacheFile.entryHeadByteCount + length
            guard entryCount <= span.count - offset else { throw .damaged }
            checksum.add(span.extracting(offset..<(offset + entryCount)))
            offset += entryCount
            count += 1
        }
        let end = offset + CacheFile.endByteCount
        guard span.count == end + CacheFile.checksumByteCount,
            span.uint32(at: offset + 4) == UInt32(truncatingIfNeeded: count)
        else { throw .damaged }
        checksum.add(span.extracting(offset..<end))
        guard span.uint64(at: end) == checksum.value else { throw .damaged }
        return count
    }

    /// The next answer; nil at the end.
    mutating func next() -> Entry? {
        let bytes = bytes
        let span = bytes.span
        let place = offset
        let length = Int(span.uint32(at: place))
        guard length > 0 else { return nil }
        let start = place + CacheFile.entryHeadByteCount
        offset = start + length
        return Entry(
            ageMilliseconds: span.uint64(at: place + 4),
            code: ResponseCode(rawValue: span.uint16(at: place + 12)),
            keyBits: span[place + 14],
            isUsed: span[place + 15] != 0,
            message: Array(bytes[start..<offset])
        )
    }
}

extension [UInt8] {
    /// Appends a number, its upper byte first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
