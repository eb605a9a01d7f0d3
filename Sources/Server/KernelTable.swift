// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Wire
import XDP

/// The answers that the kernel may give at some addresses, which all lead to the same blocks.
struct KernelTable: Sendable {
    /// Where queries for the table come to.
    struct Place: Hashable, Sendable {
        let endpoint: Endpoint
        let interface: String
    }

    /// What decides about answers besides the plugin that gives them.
    private struct Frame: Hashable {
        let zones: [[Name]]
        let limits: [AnswerLimits]
        let plugins: [[String]]
        /// The blocks of the table, by which answers are counted.
        let blocks: [Int]
    }

    /// One of the listeners; all give the same answers.
    private let listener: Listener
    private(set) var places: [Place]
    let blocks: [KernelBlock]
    /// What the kernel knows the table by.
    var number: UInt32 = 0
    private let frame: Frame

    /// The number of zones, by which answers are counted.
    var zoneCount: Int { blocks.reduce(0) { $0 + $1.zoneCount } }

    /// The tables that a configuration asks for; `refused`: where it asks, and must not have one.
    ///
    /// `ports`: the port that a listener is really bound to.
    static func all(
        of configuration: Configuration,
        ports: (Listener) -> UInt16?,
        refused: inout [String]
    ) -> [KernelTable] {
        var tables: [KernelTable] = []
        for listener in configuration.listeners {
            guard let address = listener.address, let port = ports(listener) else { continue }
            var blocks: [KernelBlock] = []
            var interface: String?
            for (index, block) in listener.blocks.enumerated() {
                guard let name = block.kernelInterfaces[address] else { continue }
                do throws(KernelBlock.Refusal) {
                    blocks.append(try KernelBlock(block, at: index))
                    interface = name
                } catch {
                    let zones = block.zones.map(\.description).joined(separator: " ")
                    let line = "the sockets answer for \(zones): \(error.reason)"
                    if !refused.contains(line) { refused.append(line) }
                }
            }
            guard let interface else { continue }
            let endpoint = Endpoint(address, port: port)
            let place = Place(endpoint: endpoint, interface: interface)
            if let known = tables.firstIndex(where: { $0.isServing(listener, port, blocks) }) {
                tables[known].places.append(place)
            } else {
                tables.append(KernelTable(listener, at: place, blocks))
            }
        }
        return tables
    }

    private init(_ listener: Listener, at place: Place, _ blocks: [KernelBlock]) {
        self.listener = listener
        self.blocks = blocks
        places = [place]
        frame = Frame(
            zones: listener.blocks.map(\.zones),
            limits: listener.blocks.map(\.limits),
            plugins: listener.blocks.map(\.chain.names),
            blocks: blocks.map(\.index)
        )
    }

    /// Whether the answers at another listener are those of this table.
    private func isServing(_ other: Listener, _ port: UInt16, _ blocks: [KernelBlock]) -> Bool {
        places.allSatisfy { $0.endpoint.port == port }
            && listener.blocks.elementsEqual(other.blocks) { $0 === $1 }
            && self.blocks.map(\.index) == blocks.map(\.index)
    }

    // MARK: Answers

    /// Hands out each answer, as the sockets would give it.
    ///
    /// `other`: the same table of another configuration; what both surely have alike is left out.
    func answers(
        otherwiseThan other: KernelTable?,
        countingIn cells: WorkerCells,
        _ body: (KernelQuestion, KernelAnswer) -> Void
    ) {
        let other = other.flatMap { $0.frame == frame ? $0 : nil }
        var asked = AskedAnswer(cells)
        var firstZone = 0
        for (index, block) in blocks.enumerated() {
            let before = other?.blocks[index].foreteller
            var numbers: [Int: UInt32] = [:]
            for (number, place) in block.zonePlaces.enumerated() {
                numbers[place] = UInt32(firstZone + number)
            }
            block.foreteller.foretell(otherwiseThan: before) { name, type in
                guard let key = KernelQuestion(name, type, table: number) else { return }
                let local = places[0].endpoint
                guard let found = asked.ask(name, type, listener, block.index, local),
                    let zone = numbers[found.zone],
                    let answer = KernelAnswer(
                        record: found.record,
                        udpByteCount: found.udpByteCount,
                        zone: zone
                    )
                else { return }
                body(key, answer)
            }
            firstZone += block.zoneCount
        }
    }
}

/// Asks a listener as a worker would, and takes its answer apart.
private struct AskedAnswer: ~Copyable {
    private var answer: Answer
    private var table = NameTable()

    init(_ cells: WorkerCells) { answer = Answer(counting: cells) }

    /// The one record that a block answers with, what OPT announces, and the zone's place in its
    /// block; nil when the answer is anything else.
    mutating func ask(
        _ name: Span<UInt8>,
        _ type: RecordType,
        _ listener: Listener,
        _ block: Int,
        _ local: Endpoint
    ) -> (record: [UInt8], udpByteCount: UInt16, zone: Int)? {
        guard let asked = try? QueryName(parsing: name, at: 0) else { return nil }
        var query = Query(
            header: Header(id: 0, flags: .recursionDesired, questionCount: 1),
            name: asked,
            type: type,
            recordClass: .internet
        )
        query.options = ClientOptions(udpByteCount: 512)
        query.client = local
        query.local = local
        guard listener.route(&query) == block else { return nil }
        answer.removeAll()
        var waiting = -1
        let outcome = listener.answer(query, block: block, into: &answer, waiting: &waiting)
        guard outcome == .done else { return nil }
        let limits = listener.limits(ofBlock: block)
        var buffer = [UInt8](repeating: 0, count: 512)
        var memory = buffer.mutableSpan
        var writer = Writer(over: &memory)
        answer.write(query, limits: limits, table: &table, into: &writer)
        let count = writer.count
        let record = Self.record(buffer, count: count, questionCount: query.questionByteCount)
        return record.map { ($0, limits.udpByteCount, query.zonePlace) }
    }

    /// The record of a message that is a header, a question, one record and OPT; nil when it is not,
    /// or says anything else than that all went well.
    private static func record(
        _ message: [UInt8],
        count: Int,
        questionCount: Int
    ) -> [UInt8]? {
        let start = Header.byteCount + questionCount
        let end = count - 11
        guard end > start, let header = try? Header(parsing: message.span),
            header.flags.rawValue == 0x8500, header.answerCount == 1, header.authorityCount == 0,
            header.additionalCount == 1
        else { return nil }
        return Array(message[start..<end])
    }
}
