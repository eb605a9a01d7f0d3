// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Wire

/// Reads the records of a master file and of what it includes, one after the other (RFC 1035 §5).
///
/// A mistake costs its own record; reading goes on behind it.
struct MasterFileReader {
    /// The state of one file that is being read.
    struct OpenFile {
        /// Its number in `sources`.
        let source: Int
        var lexer: MasterLexer
        var origin: Name
        /// The value of `$TTL`, in seconds.
        var defaultTTL: UInt32?
        /// The TTL of the last record that had one of its own, in seconds.
        var lastTTL: UInt32?
        /// The owner of the last record, in lower-case wire form.
        var lastOwner: [UInt8]?
        /// Its `$GENERATE` that has not ended.
        var generating: Generation?
    }

    /// A `$GENERATE` that has not ended.
    struct Generation {
        let range: MasterRange
        /// The words behind the range, one space between them.
        let template: [UInt8]
        let place: MasterPlace
        /// The number of the next record, from 0.
        var index = 0
    }

    let files: any FileSource
    let limits: MasterLimits
    /// The files being read, the innermost last.
    var open: [OpenFile] = []
    /// Every file that was opened, for the positions of mistakes.
    private(set) var sources: [MasterLexer] = []
    /// The path of every file that was read or tried, and the version that was read.
    private(set) var versions: [String: FileVersion?] = [:]
    /// Whether a file changed under every attempt to read it, or is still being written.
    private(set) var isUnsettled = false
    private var byteCount = 0
    private var recordCount = 0
    /// The minimum of the SOA, in seconds: what a record has that no TTL was said for.
    var minimumTTL: UInt32?

    /// The file to begin with, and its origin; nil once it is open.
    private var first: (path: String, origin: Name)?

    /// The time, in seconds since 1970; nil to trust every identity.
    private let wallSeconds: Int64?
    /// Whether a file that is being written is a mistake.
    private let waitsForWriters: Bool

    /// A reader of the file at `path`, whose relative names end in `origin`.
    init(
        _ path: String,
        origin: Name,
        files: any FileSource,
        limits: MasterLimits = MasterLimits(),
        wallSeconds: Int64? = nil,
        waitsForWriters: Bool = false
    ) {
        self.files = files
        self.wallSeconds = wallSeconds
        self.waitsForWriters = waitsForWriters
        self.limits = limits
        first = (path, origin)
    }

    /// Opens a file; `place` is where that was asked for.
    mutating func enter(_ path: String, origin: Name, at place: Position) throws(ZoneMistake) {
        guard open.count <= limits.maximumIncludeDepth else {
            throw ZoneMistake(
                at: place,
                "'$INCLUDE' goes deeper than \(limits.maximumIncludeDepth) files"
            )
        }
        guard sources.count < limits.maximumFileCount else {
            throw ZoneMistake(at: place, "the zone has more than \(limits.maximumFileCount) files")
        }
        let bytes = try read(path, at: place)
        let lexer = MasterLexer(bytes, file: path)
        var file = OpenFile(source: sources.count, lexer: lexer, origin: origin)
        if let outer = open.last {
            file.defaultTTL = outer.defaultTTL
            file.lastTTL = outer.lastTTL
            file.lastOwner = outer.lastOwner
        }
        sources.append(lexer)
        open.append(file)
    }

    /// The bytes of a file that is known to be whole.
    private mutating func read(_ path: String, at place: Position) throws(ZoneMistake) -> [UInt8] {
        if versions[path] == nil { versions[path] = .some(nil) }
        let settled: SettledFile
        do throws(FileError) {
            settled = try reading(path)
        } catch {
            if error.isPassing { isUnsettled = true }
            throw ZoneMistake(at: place, "cannot read \(error)")
        }
        versions[path] = .some(FileVersion(of: settled, wallSeconds: wallSeconds))
        byteCount += settled.bytes.count
        guard byteCount <= limits.maximumByteCount else {
            throw ZoneMistake(
                at: place,
                "\(path): the files of the zone have more than \(limits.maximumByteCount) bytes"
            )
        }
        return settled.bytes
    }

    /// The file with its identity; here the kind of file source becomes known.
    private func reading(_ path: String) throws(FileError) -> SettledFile {
        try SettledFile(
            reading: path,
            from: files,
            maximumByteCount: limits.maximumFileByteCount,
            waitsForWriters: waitsForWriters
        )
    }

    /// Where a record stands.
    func position(of place: MasterPlace) -> Position {
        guard sources.indices.contains(place.file) else {
            return Position(file: "", line: 1, column: 1)
        }
        return sources[place.file].position(at: place.offset)
    }

    /// The next record; nil at the end, an error for each mistake.
    mutating func next() throws(ZoneMistake) -> MasterRecord? {
        if let (path, origin) = first {
            first = nil
            try enter(path, origin: origin, at: Position(file: path, line: 1, column: 1))
        }
        while let current = open.indices.last {
            if let record = try nextGenerated(current) { return try counted(record) }
            guard try open[current].lexer.next() else {
                open.removeLast()
                continue
            }
            let lexer = open[current].lexer
            if lexer.hasOwner, let word = lexer.tokens.first, !word.isQuoted,
                lexer.bytes[word.range].first == UInt8(ascii: "$")
            {
                try obey(lexer, word)
                continue
            }
            let place = MasterPlace(
                file: open[current].source,
                offset: lexer.tokens.first?.start ?? 0
            )
            return try counted(try record(lexer, at: place))
        }
        return nil
    }

    /// The record, when there may be one more.
    private mutating func counted(_ record: MasterRecord) throws(ZoneMistake) -> MasterRecord {
        recordCount += 1
        guard recordCount <= limits.maximumRecordCount else {
            // Nothing behind it is worth reading.
            open.removeAll()
            throw ZoneMistake(
                at: position(of: record.place),
                "the zone has more than \(limits.maximumRecordCount) records"
            )
        }
        return record
    }

    /// The next record of the `$GENERATE` of a file; nil when it has none.
    private mutating func nextGenerated(_ file: Int) throws(ZoneMistake) -> MasterRecord? {
        guard var generation = open[file].generating else { return nil }
        guard generation.index < generation.range.count else {
            open[file].generating = nil
            return nil
        }
        let number = generation.range.first + generation.index * generation.range.step
        generation.index += 1
        open[file].generating = generation
        let position = position(of: generation.place)
        do throws(ZoneMistake) {
            guard let line = MasterRange.fill(generation.template[...], with: number) else {
                throw ZoneMistake(
                    at: position,
                    "a '${OFFSET,WIDTH,BASE}' is wrong: offset and width are numbers, and the "
                        + "base one of d, o, x, X, n and N"
                )
            }
            var lexer = MasterLexer(line, file: position.file, place: position)
            guard try lexer.next() else { return nil }
            return try record(lexer, at: generation.place)
        } catch {
            // Every other number would tell the same.
            open[file].generating = nil
            throw error
        }
    }
}
