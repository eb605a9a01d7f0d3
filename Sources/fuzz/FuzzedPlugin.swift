// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Metrics
import Plugin
import Wire

/// A plugin made from a Corefile and one file, whose answers to some questions are written out.
enum FuzzedPlugin {
    /// Names that the seeds hold, and some that they do not; each is asked for every type below.
    private static let names = [
        "fuzz.", "a.fuzz.", "b.a.fuzz.", "web.default.svc.fuzz.", "_a._tcp.web.default.svc.fuzz.",
        "x.web.default.svc.fuzz.", "192-0-2-1.default.pod.fuzz.", "1.2.0.192.in-addr.arpa.",
    ]
    private static let types: [RecordType] = [.a, .aaaa, .srv, .soa, .ptr, .any]
    /// Every question, as a message of a client that takes 1,232 bytes.
    private static let questions: [[UInt8]] = names.flatMap { name in
        types.compactMap { type in
            guard let name = try? Name(name) else { return nil }
            var message = Message(header: Header(id: 1, flags: .recursionDesired))
            message.questions = [Question(name, type, .internet)]
            return try? message.encoded()
        }
    }
    private static let registry = Registry()

    /// Makes the plugin from `stanzas`, lets it read `files`, and asks it everything.
    static func take<Made: Plugin>(
        _ type: Made.Type,
        _ stanzas: [Stanza],
        _ files: SingleFile,
        previous: [String: any Sendable] = [:]
    ) {
        guard let fuzz = try? Name("fuzz."), let reverse = try? Name("in-addr.arpa.") else {
            return
        }
        var setup = Setup(
            servedZones: [ServedZone(fuzz, port: 53), ServedZone(reverse, port: 53)],
            serverLabel: "dns://:53",
            files: files,
            metrics: registry,
            log: SilentLog(),
            previous: previous,
            wallSeconds: { 1_000_000 }
        )
        guard let plugin = try? type.init(parsing: stanzas, setup: &setup),
            let answerer = plugin as? any Answerer
        else { return }
        var answer = Answer(counting: registry.cells(forWorker: 0))
        var table = NameTable()
        var buffer = [UInt8](repeating: 0, count: 65_535)
        for question in questions {
            answer.removeAll()
            var refusal: Refusal?
            var query = Query(judging: question.span, refused: &refusal)
            query.zoneLabel = max(0, query.name.labelCount - 1)
            guard answerer.answer(query, into: &answer) == .done else { continue }
            (plugin as? any Finisher)?.finish(query, &answer)
            var span = buffer.mutableSpan
            var writer = Writer(over: &span)
            answer.write(query, limits: AnswerLimits(), table: &table, into: &writer)
            let count = writer.count
            let written = Array(buffer.prefix(count))
            precondition((try? Message(parsing: written.span)) != nil, "an answer does not parse")
        }
    }

    /// The stanzas of a server block.
    static func stanzas(_ text: String) -> [Stanza] {
        let corefile = try? Corefile(parsing: Array(".\n\(text)\n".utf8), file: "Corefile")
        return corefile?.blocks.first?.stanzas ?? []
    }
}
