// SPDX-License-Identifier: Apache-2.0

import Commands
import Kubernetes
import LDNS
import Metrics
import Plugin
import Wire

/// `names`: every name that Services have, with its records.
///
/// The names are put to the plugin itself, so that what is told is what a client would be.
struct NamesCommand {
    /// The most endpoints of one Service that are told one by one.
    private static let maximumEndpointCount = 1_000

    private let plugin: Kubernetes
    private let contents: ClusterContents
    private let cells = Registry().cells(forWorker: 0)
    private var lines: [String] = []
    private var told: Set<String> = []

    init(_ plugin: Kubernetes, _ contents: ClusterContents) {
        self.plugin = plugin
        self.contents = contents
    }

    /// Tells the names of the Services that the words name, or of all of a namespace.
    mutating func run(_ words: [String]) -> CommandOutput {
        let flags = [
            CommandWords.Flag("namespace", "n"), CommandWords.Flag("all-namespaces", "A", .truth),
        ]
        let known: CommandWords
        do throws(CommandMistake) {
            known = try CommandWords(words, knowing: flags)
        } catch {
            return .failure(error.text)
        }
        let names = known.plain
        let namespace = known.isOn("all-namespaces") ? nil : known.text("namespace") ?? "default"
        let items = contents.services(in: namespace)
        var output = CommandOutput()
        for name in names where !items.contains(where: { $0.name == name }) {
            output.missing("services", name)
        }
        for item in items where names.isEmpty || names.contains(item.name) {
            guard case .service(let service) = item.object else { continue }
            tell(service)
        }
        output.text = lines.map { $0 + "\n" }.joined()
        return output
    }

    /// Tells what one Service has in each of the zones.
    private mutating func tell(_ service: Service) {
        for zone in plugin.zones.names where !zone.isReverse {
            let text = "\(service.metadata.name).\(service.metadata.namespace).svc.\(zone)"
            guard let name = try? Name(text) else { continue }
            var addresses: [Record] = []
            for type in [RecordType.cname, .a, .aaaa] { addresses += tell(name, type) }
            for port in service.ports where !port.name.isEmpty {
                let transport = port.transport.rawValue.lowercased()
                guard let own = try? Name("_\(port.name)._\(transport).\(text)") else { continue }
                _ = tell(own, .srv)
            }
            for target in targets(of: tell(name, .srv), besides: name) {
                for type in [RecordType.a, .aaaa] { addresses += tell(target, type) }
            }
            for record in addresses {
                guard let address = IPAddress(bytes: record.data.span),
                    let reverse = Name.reverseZones("\(address)/\(address.bitCount)")?.first
                else { continue }
                _ = tell(reverse, .ptr)
            }
        }
    }

    /// The names that SRV records lead to, each once.
    private func targets(of records: [Record], besides name: Name) -> [Name] {
        var found: [Name] = []
        // Priority, weight and port come first (RFC 2782).
        for record in records where record.type == .srv && record.data.count > 6 {
            guard let target = try? Name(wire: record.data.span.extracting(6...)),
                target != name, !found.contains(target)
            else { continue }
            found.append(target)
        }
        return Array(found.prefix(Self.maximumEndpointCount))
    }

    /// Asks the plugin, tells the answers that were not told yet, and gives them all.
    private mutating func tell(_ name: Name, _ type: RecordType) -> [Record] {
        guard let queryName = try? QueryName(name) else { return [] }
        let query = Query(
            header: Header(id: 0, flags: Flags()),
            name: queryName,
            type: type,
            recordClass: .internet
        )
        var answer = Answer(counting: cells)
        // An alias is told as such: where it leads is no name of the Service.
        guard plugin.answer(query, into: &answer) == .done, answer.code == .noError else {
            return []
        }
        let records = answer.records(in: .answer, question: query.name)
        var message = Message(header: Header(id: 0, flags: .response))
        message.answers = records
        guard let bytes = try? message.encoded(), let shown = try? InspectedMessage(bytes) else {
            return records
        }
        for entry in shown.answers where told.insert(entry.description).inserted {
            lines.append(entry.description)
        }
        return records
    }
}
