// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// A line of the query log: text with placeholders in braces.
struct LogFormat: Sendable {
    /// What is logged unless the Corefile says otherwise.
    static let common =
        "{remote}:{port} - {>id} \"{type} {class} {name} {proto} {size} {>do} {>bufsize}\" "
        + "{rcode} {>rflags} {rsize} {duration}"

    /// One part of a line.
    private enum Part {
        case text(String)
        case value(Placeholder)
    }

    /// What a placeholder stands for.
    private enum Placeholder: String {
        case type = "{type}"
        case name = "{name}"
        case recordClass = "{class}"
        case transport = "{proto}"
        case remote = "{remote}"
        case local = "{local}"
        case size = "{size}"
        case port = "{port}"
        case duration = "{duration}"
        case code = "{rcode}"
        case answerSize = "{rsize}"
        case flags = "{>rflags}"
        case bufferSize = "{>bufsize}"
        case wantsSignatures = "{>do}"
        case id = "{>id}"
        case opcode = "{>opcode}"
        /// Metadata, which nobody gives yet.
        case missing
    }

    private var parts: [Part] = []

    /// Takes a format apart; braces that mean nothing stay as they are.
    init(_ format: String) {
        var text = ""
        var rest = Self.expanding(format)[...]
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}") else { break }
            let word = String(rest[...close])
            if let value = Self.placeholder(word) {
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.value(value))
            } else {
                text += word
            }
            rest = rest[rest.index(after: close)...]
        }
        text += rest
        if !text.isEmpty { parts.append(.text(text)) }
    }

    /// Puts the formats that have names in place of their names.
    private static func expanding(_ format: String) -> String {
        var expanded = ""
        var rest = format[...]
        while let open = rest.firstIndex(of: "{") {
            expanded += rest[..<open]
            rest = rest[open...]
            if rest.hasPrefix("{common}") {
                expanded += common
                rest = rest.dropFirst("{common}".count)
            } else if rest.hasPrefix("{combined}") {
                expanded += common + " \"{>opcode}\""
                rest = rest.dropFirst("{combined}".count)
            } else {
                expanded.append(rest.removeFirst())
            }
        }
        return expanded + rest
    }

    private static func placeholder(_ word: String) -> Placeholder? {
        if word.hasPrefix("{/") { return .missing }
        return Placeholder(rawValue: word)
    }

    /// The line for one query.
    func line(_ query: borrowing Query, _ report: borrowing SentReport) -> String {
        var line = ""
        for part in parts {
            switch part {
            case .text(let text): line += text
            case .value(let placeholder): line += Self.value(placeholder, query, report)
            }
        }
        return line
    }

    private static func value(
        _ placeholder: Placeholder,
        _ query: borrowing Query,
        _ report: borrowing SentReport
    ) -> String {
        switch placeholder {
        case .type: query.type.description
        case .name: query.name.name.lowercased.description
        case .recordClass: query.recordClass.description
        case .transport: query.transport.name
        case .remote: address(query.client)
        case .local: address(query.local)
        case .size: String(query.byteCount)
        case .port: String(query.client.port)
        case .duration: seconds(report.durationNanoseconds)
        case .code: report.byteCount == 0 ? "-" : report.code.description
        case .answerSize: String(report.byteCount)
        case .flags: report.byteCount == 0 ? "-" : flags(report.flags)
        case .bufferSize: String(bufferSize(query))
        case .wantsSignatures: String(query.options?.wantsSignatures == true)
        case .id: String(query.header.id)
        case .opcode: String(query.header.flags.opcode.rawValue)
        case .missing: "-"
        }
    }

    /// The address as it stands before a port.
    private static func address(_ endpoint: Endpoint) -> String {
        let address = endpoint.address.unmapped
        return address.family == .v4 ? address.description : "[\(address)]"
    }

    /// The largest answer that the client takes.
    private static func bufferSize(_ query: borrowing Query) -> Int {
        guard query.transport == .udp else { return 65_535 }
        return max(512, Int(query.options?.udpByteCount ?? 512))
    }

    /// Nanoseconds as seconds, without zeros at the end.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let part = String(nanoseconds % 1_000_000_000)
        var fraction = String(repeating: "0", count: 9 - part.count) + part
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let whole = nanoseconds / 1_000_000_000
        return fraction.isEmpty ? "\(whole)s" : "\(whole).\(fraction)s"
    }

    /// The flags that are set, in the order of the header.
    private static func flags(_ flags: Flags) -> String {
        let names: [(Flags, String)] = [
            (.response, "qr"), (.authoritative, "aa"), (.truncated, "tc"),
            (.recursionDesired, "rd"), (.recursionAvailable, "ra"), (.authenticData, "ad"),
            (.checkingDisabled, "cd"),
        ]
        return names.filter { flags.contains($0.0) }.map(\.1).joined(separator: ",")
    }
}
