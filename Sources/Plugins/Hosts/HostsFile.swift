// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Wire

/// One line of a hosts file: an address and its names, in lower case.
struct HostsLine: Hashable, Sendable {
    let address: IPAddress
    let names: [Name]
}

/// A hosts file as it was read last (hosts(5)).
struct HostsFile: Sendable {
    /// The most mistakes of one file that are told.
    static let maximumReportCount = 20

    private(set) var lines: [HostsLine] = []
    private var version: FileVersion?
    /// Whether the file could not be read now.
    private var isUnread = false
    /// How many lines are wrong.
    private var mistakeCount = 0
    /// The largest file that is read, in bytes.
    static let maximumByteCount = 256 << 20

    /// No file.
    private init() {}

    /// Reads the file at `path`; when it cannot be read, what it held before is used.
    static func read(_ path: String, at place: Position, setup: inout Setup) -> HostsFile {
        let key = "hosts: \(path)"
        let before = setup.previous(key, as: HostsFile.self)
        let now = setup.wallSeconds()
        var file = HostsFile()
        do throws(FileError) {
            if let before, let same = try before.current(path, setup.files, now) {
                file = same
            } else {
                let settled = try SettledFile(
                    reading: path,
                    from: setup.files,
                    maximumByteCount: maximumByteCount,
                    waitsForWriters: before != nil
                )
                file.version = FileVersion(of: settled, wallSeconds: now)
                file.parse(settled.bytes, path: path, &setup.reports)
            }
        } catch {
            if error.isPassing { setup.isUnsettled = true }
            let rest = before == nil ? "" : "; what it held before is used"
            setup.reports.append(Report("\(place): \(error)\(rest)", isWarning: true))
            file = before ?? file
            file.isUnread = true
        }
        setup.keptUnits[key] = file.isUnread && before != nil ? 1 : 0
        if before?.isSound == false, file.isSound {
            setup.reports.append(Report(soundAgain: path))
        }
        setup.kept[key] = file
        return file
    }

    /// Whether all of it was read and is right.
    private var isSound: Bool { !isUnread && mistakeCount == 0 }

    /// The same file, when it is still what was read; else nil.
    private func current(
        _ path: String,
        _ source: some FileSource,
        _ wallSeconds: Int64
    ) throws(FileError) -> HostsFile? {
        let found = try source.identity(of: path)
        guard let now = version?.current(path, found, in: source, wallSeconds: wallSeconds) else {
            return nil
        }
        var file = self
        file.version = now
        file.isUnread = false
        return file
    }

    /// The address that begins a line, without the zone that may follow it.
    static func address(_ text: some StringProtocol) -> IPAddress? {
        guard let percent = text.firstIndex(of: "%") else { return IPAddress(text) }
        let address = IPAddress(text[..<percent])
        return address?.family == .v6 ? address : nil
    }

    /// Reads the lines; one that is wrong is told and left out.
    private mutating func parse(_ bytes: [UInt8], path: String, _ reports: inout [Report]) {
        let newline = UInt8(ascii: "\n")
        for (number, line) in bytes.split(separator: newline, omittingEmptySubsequences: false)
            .enumerated()
        {
            let content = line.prefix { $0 != UInt8(ascii: "#") }
            let words = content.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard let first = words.first else { continue }
            guard let mistake = read(words) else { continue }
            mistakeCount += 1
            guard mistakeCount <= Self.maximumReportCount else { continue }
            let column = first.startIndex - line.startIndex + 1
            reports.append(
                Report("\(path):\(number + 1):\(column): \(mistake)", isWarning: true)
            )
        }
    }

    /// Takes one line; tells what is wrong with it.
    private mutating func read(_ words: [ArraySlice<UInt8>]) -> String? {
        let texts = words.map { String(decoding: $0, as: UTF8.self) }
        guard let address = Self.address(texts[0]) else {
            return "'\(texts[0])' is no address; the line is left out"
        }
        var names: [Name] = []
        var mistake: String?
        for text in texts.dropFirst() {
            if let name = try? Name(text) {
                names.append(name.lowercased)
            } else {
                mistake = "'\(text)' is no domain name; it is left out"
            }
        }
        if names.isEmpty { return mistake ?? "an address without a name; the line is left out" }
        lines.append(HostsLine(address: address, names: names))
        return mistake
    }
}
