// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Plugins
import Synchronization
import Testing
import Wire

/// Files in memory.
struct MemoryFiles: FileSource {
    var contents: [String: String] = [:]
    var folders: Set<String> = []
    /// Files that are no text.
    var bytes: [String: [UInt8]] = [:]

    func read(_ path: String) throws(FileError) -> [UInt8] {
        if let bytes = bytes[path] { return bytes }
        guard let text = contents[path] else { throw FileError(path: path, reason: .missing) }
        return Array(text.utf8)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        let isFolder = folders.contains(path)
        guard isFolder || contents[path] != nil else {
            throw FileError(path: path, reason: .missing)
        }
        return FileIdentity(
            device: 1,
            inode: 1,
            byteCount: contents[path]?.utf8.count ?? 0,
            modifiedNanoseconds: 0,
            isFolder: isFolder
        )
    }

    func list(_ path: String) throws(FileError) -> [String] { [] }
}

/// A place for files in memory.
final class MemoryStore: FileStore {
    private let kept = Mutex<[String: [UInt8]]>([:])
    private let failure = Mutex<FileError.Reason?>(nil)
    private let count = Mutex(0)

    func replace(_ path: String, with next: () -> [UInt8]?) throws(FileError) {
        count.withLock { $0 += 1 }
        if let reason = failure.withLock({ $0 }) { throw FileError(path: path, reason: reason) }
        var bytes: [UInt8] = []
        while let part = next() { bytes += part }
        kept.withLock { $0[path] = bytes }
    }

    func keep(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        var rest: [UInt8]? = bytes
        try replace(path) {
            defer { rest = nil }
            return rest
        }
    }

    func append(_ bytes: [UInt8], to path: String, of byteCount: Int) throws(FileError) {
        guard let before = files[path] else { throw FileError(path: path, reason: .missing) }
        guard before.count == byteCount else { throw FileError(path: path, reason: .unsettled) }
        try keep(path, before + bytes)
    }

    /// Has every writing fail from now on, or none.
    func fail(_ reason: FileError.Reason?) { failure.withLock { $0 = reason } }

    var files: [String: [UInt8]] { kept.withLock { $0 } }
    /// How often something was to be written.
    var writingCount: Int { count.withLock { $0 } }
}

/// A log in memory.
final class MemoryLog: LogSink {
    private let kept = Mutex<[String]>([])

    func write(_ level: LogLevel, _ text: String) {
        kept.withLock { $0.append("[\(level.rawValue)] \(text)") }
    }

    var lines: [String] { kept.withLock { $0 } }
}

/// What surrounds a plugin in a test.
struct Surroundings {
    var zones = ["."]
    var files = MemoryFiles()
    var environment: [String: String] = [:]
    var interfaces: [Interface] = []
    var previous: [String: any Sendable] = [:]
    var addresses: [IPAddress] = []
    var plugins: [String] = []
    var store: MemoryStore?
    let log = MemoryLog()
    let metrics = Registry()

    /// A setup as the server hands it to the first plugin of a block.
    func setup(isCheck: Bool = false) throws -> Setup {
        var setup = Setup(
            servedZones: try zones.map { ServedZone(try Name($0).lowercased, port: 53) },
            serverLabel: "dns://:53",
            files: files,
            store: store,
            metrics: metrics,
            log: log,
            environment: environment,
            interfaces: interfaces,
            previous: previous,
            wallSeconds: { 1_700_000_000 },
            isCheck: isCheck,
            pluginNames: plugins
        )
        setup.addresses = addresses
        return setup
    }

    /// A plugin made from the text of its stanzas, and what it asked for.
    func make<Made: Plugin>(_ type: Made.Type, _ text: String) throws -> (Made, Setup) {
        var setup = try setup()
        return (try type.init(parsing: try stanzas(text), setup: &setup), setup)
    }

    /// The page of the metrics.
    var page: String { String(decoding: metrics.page(), as: UTF8.self) }
}

/// The error with its place that a stanza is refused with; nil when it is taken.
func refusal(
    of type: any Plugin.Type,
    _ text: String,
    in surroundings: Surroundings = Surroundings()
) throws -> String? {
    var setup = try surroundings.setup()
    let stanzas = try stanzas(text)
    do throws(CorefileError) {
        _ = try type.init(parsing: stanzas, setup: &setup)
        return nil
    } catch {
        return error.description
    }
}

/// A query of a client at 192.0.2.7, port 5353.
func query(
    _ name: String,
    _ type: RecordType = .a,
    zone: String = ".",
    _ change: (inout Query) -> Void = { _ in }
) throws -> Query {
    let name = try QueryName(try Name(name))
    var query = Query(
        header: Header(id: 4_660, flags: .recursionDesired, questionCount: 1),
        name: name,
        type: type,
        recordClass: .internet
    )
    query.byteCount = Header.byteCount + query.questionByteCount
    query.client = Endpoint(IPAddress(v4: 0xC000_0207), port: 5_353)
    query.local = Endpoint(IPAddress(v4: 0x7F00_0001), port: 53)
    query.received = Moment(nanoseconds: 1_000_000_000)
    query.randomBits = 1
    query.zoneLabel = query.name.labelCount - (try Name(zone)).labelCount
    change(&query)
    return query
}

/// An answer of a plugin as values.
struct Answered: Equatable {
    var outcome: Outcome
    var code = ResponseCode.noError
    var isAuthoritative = false
    /// The records as `NAME TTL TYPE DATA`, section by section.
    var answers: [String] = []
    var authorities: [String] = []
    var additionals: [String] = []
}

/// Asks one plugin as a chain does, `finish` included.
func ask(_ plugin: some Plugin, _ query: borrowing Query, _ answer: inout Answer) -> Answered {
    let outcome = (plugin as? any Answerer)?.answer(query, into: &answer) ?? .pass
    (plugin as? any Finisher)?.finish(query, &answer)
    return Answered(outcome, query, answer)
}

/// Asks one plugin as a chain does, `finish` included.
func ask(_ plugin: some Plugin, _ query: borrowing Query) -> Answered {
    var answer = Answer(counting: Registry().cells(forWorker: 0))
    return ask(plugin, query, &answer)
}

extension Answered {
    init(_ outcome: Outcome, _ query: borrowing Query, _ answer: borrowing Answer) {
        self.init(outcome: outcome, code: answer.code, isAuthoritative: answer.isAuthoritative)
        answers = answer.records(in: .answer, question: query.name).map(\.text)
        authorities = answer.records(in: .authority, question: query.name).map(\.text)
        additionals = answer.records(in: .additional, question: query.name).map(\.text)
    }
}

extension Record {
    /// `NAME TTL TYPE DATA`, the data as text for the types of these tests, else in hexadecimal.
    var text: String { "\(owner) \(ttl) \(type) \(dataText)" }

    private var dataText: String {
        switch type {
        case .a, .aaaa:
            return IPAddress(bytes: data.span)?.description ?? "?"
        case .ptr, .ns, .cname:
            return (try? Name(wire: data.span))?.description ?? "?"
        default:
            return data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

/// Reads the stanzas of a server block; places count from the first line of `text`.
func stanzas(_ text: String) throws -> [Stanza] {
    // A block without braces, whose keys take the line before.
    let corefile = try Corefile(parsing: Array(".\n\(text)".utf8), file: "Corefile")
    let block = try #require(corefile.blocks.first)
    return block.stanzas.map { stanza in
        Stanza(
            name: stanza.name.oneLineUp,
            arguments: stanza.arguments.map(\.oneLineUp),
            options: stanza.options.map {
                Option(name: $0.name.oneLineUp, arguments: $0.arguments.map(\.oneLineUp))
            }
        )
    }
}

extension Word {
    /// The word, one line nearer to the beginning.
    fileprivate var oneLineUp: Word {
        let place = Position(
            file: position.file,
            line: position.line - 1,
            column: position.column
        )
        return Word(text, at: place, isQuoted: isQuoted)
    }
}
