// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Wire

@testable import Server

/// A plugin that answers names with the addresses that a test gives them, and knows it beforehand.
struct Oracle: Foreteller {
    static let manual = Manual(name: "oracle", summary: "knows beforehand", example: "oracle")

    /// The last byte of each name's address; more than one gives more than one record.
    let addresses: [Name: [UInt8]]
    var ttl: UInt32 = 5

    init(_ addresses: [String: [UInt8]]) {
        let pairs = addresses.map { ((try? Name($0)) ?? .root, $1) }
        self.addresses = Dictionary(pairs) { first, _ in first }
    }

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) { self.init([:]) }

    func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        guard query.type == .a, let found = addresses[query.name.name.lowercased] else {
            return .pass
        }
        answer.isAuthoritative = true
        for last in found {
            let address = IPAddress(v4: 0xC000_0200 | UInt32(last))
            answer.append(.answer, .question, address, ttl: ttl)
        }
        return .done
    }

    func foretell(
        otherwiseThan other: (any Foreteller)?,
        _ body: (Span<UInt8>, RecordType) -> Void
    ) {
        for (name, found) in addresses {
            if let other = other as? Oracle, other.addresses[name] == found { continue }
            body(name.bytes.span, .a)
        }
    }
}

/// An observer that takes tallies.
struct Abacus: Tallier {
    static let manual = Manual(name: "abacus", summary: "counts", example: "abacus")

    init() {}

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {}

    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {}

    func count(
        _ tally: QueryTally,
        answeredBy place: Int,
        zone: Int,
        local: IPAddress,
        in cells: SharedCells
    ) {}
}

/// A finisher that must see answers, unless it is told that it need not.
struct Onlooker: Finisher {
    static let manual = Manual(name: "onlooker", summary: "looks on", example: "onlooker")

    var sparesSoleAddresses = false

    init(sparing: Bool) { sparesSoleAddresses = sparing }

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {}

    func finish(_ query: borrowing Query, _ answer: inout Answer) {}
}

/// Blocks and listeners at which the kernel may answer.
enum KernelFixture {
    static let address = IPAddress(v4: 0xC000_0235)

    static func block(
        _ plugins: [any Plugin],
        zones: [String] = ["example."],
        zonePlaces: [Int]? = nil,
        interface: String? = "nowhere0",
        addresses: [IPAddress] = [address]
    ) -> ServerBlock {
        ServerBlock(
            zones: zones.map { (try? Name($0)) ?? .root },
            zonePlaces: zonePlaces,
            chain: Chain(plugins),
            limits: AnswerLimits(),
            takesEveryClass: false,
            kernelInterfaces: interface.map { interface in
                Dictionary(uniqueKeysWithValues: addresses.map { ($0, interface) })
            } ?? [:]
        )
    }

    static func configuration(_ blocks: [ServerBlock], address: IPAddress? = address)
        -> Configuration
    {
        configuration(blocks, at: [address])
    }

    /// The same blocks at each of these addresses.
    static func configuration(_ blocks: [ServerBlock], at addresses: [IPAddress?])
        -> Configuration
    {
        let dropped = QueryMetrics(Registry(), server: "", zone: "", plugins: [])
        let listeners = addresses.map {
            Listener(address: $0, port: 53, blocks: blocks, dropped: dropped)
        }
        return Configuration(listeners: listeners, plan: Plan())
    }

    /// The tables of a configuration, and the lines about blocks that get none.
    static func tables(
        _ blocks: [ServerBlock],
        address: IPAddress? = address
    ) -> (tables: [KernelTable], refused: [String]) {
        var refused: [String] = []
        let configuration = configuration(blocks, address: address)
        let tables = KernelTable.all(of: configuration, ports: { $0.port }, refused: &refused)
        return (tables, refused)
    }
}

/// An observer that must see each query.
struct Watcher: Observer {
    static let manual = Manual(name: "watcher", summary: "watches", example: "watcher")

    init() {}

    init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {}

    func sent(
        _ query: borrowing Query,
        _ report: borrowing SentReport,
        counting cells: borrowing WorkerCells
    ) {}
}

/// A disk without a file.
struct NoFiles: FileSource {
    func read(_ path: String) throws(FileError) -> [UInt8] {
        throw FileError(path: path, reason: .missing)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        throw FileError(path: path, reason: .missing)
    }

    func list(_ path: String) throws(FileError) -> [String] { [] }
}
