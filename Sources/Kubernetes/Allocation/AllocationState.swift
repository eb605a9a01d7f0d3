// SPDX-License-Identifier: Apache-2.0

import Wire

/// What Services hold or held, as a file tells it from one run to the next.
///
/// The file is text. A line says what the file is; then each line is a record: a sign, a Service,
/// what it holds, and a checksum over all that stands before it in the line. `+` has a Service in
/// use, `-` one that is gone and remembered, `~` one that is forgotten; of several records of one
/// Service the last counts. `PodRecord` says what the records of Pods and Nodes are. Records are
/// added at the end, so that a sudden stop leaves at most one line without its end, and damage takes
/// the lines with it that it touches.
package struct AllocationState: Sendable {
    /// The first line.
    static let heading = "apus-state 1"
    /// How the first line of every version begins.
    private static let mark = "apus-state "
    /// The largest file that is read and written, in bytes: some ten million Pods fit.
    package static let maximumByteCount = 1 << 28
    private static let newline = UInt8(ascii: "\n")

    /// What the records say.
    package private(set) var memory = AllocationMemory()
    /// How many sound records there are.
    package private(set) var recordCount = 0
    /// How many lines are no sound records; the first one counts too.
    package private(set) var damagedCount = 0
    /// Whether the last line has no end.
    package let isTorn: Bool
    package let byteCount: Int
    /// Whether it is a file of another version.
    package let isOfOtherVersion: Bool

    /// Whether records may be added at its end.
    package var isSound: Bool { hasHeading && damagedCount == 0 && !isTorn }

    /// Whether it is something else than such a file, which nobody wants overwritten.
    package var isForeign: Bool { byteCount > 0 && recordCount == 0 && !hasHeading }

    private let hasHeading: Bool

    /// Reads whatever `bytes` hold.
    package init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        isTorn = bytes.last.map { $0 != Self.newline } ?? false
        let end = (bytes.lastIndex(of: Self.newline) ?? -1) + 1
        let lines = bytes[..<end].split(separator: Self.newline, omittingEmptySubsequences: false)
        let first = String(decoding: lines.first ?? [], as: UTF8.self)
        hasHeading = first == Self.heading
        isOfOtherVersion = !hasHeading && first.hasPrefix(Self.mark)
        guard byteCount > 0, !isOfOtherVersion else { return }
        var holdings: [ServiceKey: (holding: Holding, isInUse: Bool, number: Int)] = [:]
        if !hasHeading { damagedCount += 1 }
        // Behind the last end stands nothing.
        for line in lines.dropFirst().dropLast() {
            guard let words = StateLine.words(of: line) else {
                damagedCount += 1
                continue
            }
            if let record = PodRecord(words) {
                memory.pods.take(record)
            } else if let record = AllocationRecord(words) {
                holdings[record.key] = record.holding.map { ($0, record.isInUse, recordCount) }
            } else {
                damagedCount += 1
                continue
            }
            recordCount += 1
        }
        for (key, entry) in holdings.sorted(by: { $0.value.number < $1.value.number }) {
            memory.insert(entry.holding, of: key, wasInUse: entry.isInUse)
        }
    }
}

/// Lines to be written into a file.
package struct AllocationRecords: Sendable {
    package private(set) var bytes: [UInt8] = []
    package private(set) var count = 0

    /// No record, and the first line of a file if it is to be a whole one.
    init(isWhole: Bool) {
        if isWhole { bytes += (AllocationState.heading + "\n").utf8 }
    }

    mutating func append(_ record: AllocationRecord) { append(record.text) }

    mutating func append(_ record: PodRecord) { append(record.text) }

    mutating func append(_ records: AllocationRecords) {
        bytes += records.bytes
        count += records.count
    }

    private mutating func append(_ text: String) {
        bytes += StateLine.line(of: text).utf8
        count += 1
    }
}

/// A line of a state file: some words, and a checksum behind them.
enum StateLine {
    /// What stands before the checksum, with it and the end of the line.
    static func line(of text: String) -> String { "\(text) #\(checksum(Array(text.utf8)))\n" }

    /// The words of a line without its end; nil when the checksum is another.
    static func words(of line: ArraySlice<UInt8>) -> [Substring]? {
        let text = Array(line.dropLast(18))
        let end = String(decoding: line.suffix(18), as: UTF8.self)
        guard line.count > 18, end == " #" + checksum(text) else { return nil }
        return String(decoding: text, as: UTF8.self).split(separator: " ")
    }

    private static func checksum(_ bytes: [UInt8]) -> String {
        let digits = String(hashBytes(bytes.span), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What one Service holds, held, or no longer held.
struct AllocationRecord: Equatable {
    let key: ServiceKey
    /// Nil for a Service that is forgotten.
    let holding: Holding?
    let isInUse: Bool

    init(_ key: ServiceKey, _ holding: Holding?, isInUse: Bool = false) {
        self.key = key
        self.holding = holding
        self.isInUse = isInUse
    }

    // MARK: Writing

    /// What stands in front of the checksum.
    var text: String {
        var text = holding == nil ? "~" : isInUse ? "+" : "-"
        text += " \(key.namespace)/\(key.name)"
        if let holding {
            text += Self.field("addresses", holding.addresses.map(\.description))
            text += Self.field(
                "ports",
                holding.nodePorts.map { "\($0.number)/\($0.transport.rawValue):\($0.nodePort)" }
            )
            let port = holding.healthCheckPort
            text += Self.field("health", port == 0 ? [] : [String(port)])
            text += Self.field("external", holding.ingressAddresses.map(\.description))
        }
        return text
    }

    private static func field(_ name: String, _ values: [String]) -> String {
        values.isEmpty ? "" : " \(name)=\(values.joined(separator: ","))"
    }

    // MARK: Reading

    /// Reads what stands in front of the checksum, in words; nil when anything in it is wrong.
    init?(_ words: [Substring]) {
        guard words.count >= 2, let slash = words[1].firstIndex(of: "/"),
            slash == words[1].lastIndex(of: "/")
        else { return nil }
        key = ServiceKey(
            namespace: String(words[1][..<slash]),
            name: String(words[1][words[1].index(after: slash)...])
        )
        isInUse = words[0] == "+"
        guard words[0] != "~" else {
            holding = nil
            return
        }
        guard isInUse || words[0] == "-" else { return nil }
        var holding = Holding()
        for word in words.dropFirst(2) {
            guard holding.take(word) else { return nil }
        }
        self.holding = holding
    }
}

extension Holding {
    /// Takes over one field of a record; false when it says nothing that can be.
    fileprivate mutating func take(_ word: Substring) -> Bool {
        let parts = word.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return false }
        for value in parts[1].split(separator: ",") {
            switch parts[0] {
            case "addresses":
                guard let address = IPAddress(value) else { return false }
                addresses.append(address)
            case "external":
                guard let address = IPAddress(value) else { return false }
                ingressAddresses.append(address)
            case "health":
                guard let port = UInt16(value) else { return false }
                healthCheckPort = port
            case "ports":
                guard let port = NodePort(value) else { return false }
                nodePorts.append(port)
            default: return false
            }
        }
        return true
    }
}

extension Holding.NodePort {
    /// Reads `80/TCP:30080`.
    fileprivate init?(_ text: Substring) {
        let halves = text.split(separator: ":")
        guard halves.count == 2, let nodePort = UInt16(halves[1]) else { return nil }
        let parts = halves[0].split(separator: "/")
        guard parts.count == 2, let number = UInt16(parts[0]),
            let transport = PortProtocol(rawValue: String(parts[1]))
        else { return nil }
        self.init(number: number, transport: transport, nodePort: nodePort)
    }
}
