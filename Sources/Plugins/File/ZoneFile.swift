// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin
import Wire

/// A zone as its files held it last.
package struct ZoneFile: Sendable {
    /// The most mistakes of one zone that are told.
    package static let maximumMistakeCount = 20

    /// The last good form; nil when there never was one.
    package private(set) var zone: Zone?
    /// What is wrong with the files now, and what is odd.
    package private(set) var reports: [Report] = []
    /// The version of each file that was read; nil where none could be.
    package private(set) var versions: [String: FileVersion?] = [:]
    /// Whether the zone is that of an earlier reading.
    private var isKept = false
    /// Whether a file changed under every attempt to read it, or is still being written.
    private(set) var isUnsettled = false

    /// Reads the zone `origin` from the file at `path` and what it includes.
    package init(
        _ path: String,
        origin: Name,
        files: any FileSource,
        limits: MasterLimits = MasterLimits(),
        wallSeconds: Int64? = nil,
        waitsForWriters: Bool = false
    ) {
        let reader = MasterFileReader(
            path,
            origin: origin,
            files: files,
            limits: limits,
            wallSeconds: wallSeconds,
            waitsForWriters: waitsForWriters
        )
        var builder = ZoneBuilder(origin: origin)
        read(reader, &builder)
    }

    /// Reads record after record, and makes the zone when nothing is wrong.
    private mutating func read(_ reader: MasterFileReader, _ builder: inout ZoneBuilder) {
        var reader = reader
        var mistakes: [String] = []
        while mistakes.count < Self.maximumMistakeCount {
            do throws(ZoneMistake) {
                guard let record = try reader.next() else { break }
                builder.add(record)
            } catch {
                mistakes.append(error.description)
            }
        }
        versions = reader.versions
        isUnsettled = reader.isUnsettled
        // Without some of its records, what the rest lacks would only be guessed.
        if mistakes.isEmpty { zone = builder.finish() }
        for mistake in builder.mistakes {
            let text = "\(reader.position(of: mistake.place)): \(mistake.text)"
            if mistake.isWarning {
                reports.append(Report(text, isWarning: true))
            } else {
                mistakes.append(text)
            }
        }
        let told = mistakes.prefix(Self.maximumMistakeCount)
        reports = told.map { Report($0) } + reports.prefix(Self.maximumMistakeCount)
    }

    /// The zone as `setup` is to serve it: read again only when a file changed, and in its last
    /// good form while its files are wrong.
    ///
    /// `place`: where the Corefile names the file.
    static func zone(
        _ path: String,
        origin: Name,
        at place: Position,
        setup: inout Setup
    ) -> Zone? {
        let key = "file: \(origin) \(path)"
        let before = setup.previous(key, as: ZoneFile.self)
        var file: ZoneFile
        let now = setup.wallSeconds()
        if let before, !before.isUnsettled, let same = before.current(setup.files, now) {
            file = same
        } else {
            file = ZoneFile(
                path,
                origin: origin,
                files: setup.files,
                wallSeconds: now,
                waitsForWriters: before?.zone != nil
            )
            if file.zone == nil {
                file.zone = before?.zone
                file.isKept = file.zone != nil
                let rest = file.zone == nil ? "is not served" : "keeps its last good form"
                file.reports.append(Report("\(place): the zone \(origin) \(rest)"))
            }
        }
        setup.kept[key] = file
        setup.reports += file.reports
        setup.keptUnits[key] = file.isKept ? 1 : 0
        if before?.isSound == false, file.isSound {
            setup.reports.append(Report(soundAgain: path))
        }
        setup.watched.formUnion(file.versions.keys)
        if file.isUnsettled { setup.isUnsettled = true }
        return file.zone
    }

    /// Whether the zone is what its files hold now.
    private var isSound: Bool { zone != nil && !isKept }

    /// The same zone, when every file is still what was read; else nil.
    private func current(_ files: any FileSource, _ wallSeconds: Int64) -> ZoneFile? {
        var file = self
        for (path, version) in versions {
            guard let version, let found = try? files.identity(of: path),
                let now = Self.current(version, path, found, files, wallSeconds)
            else { return nil }
            file.versions[path] = .some(now)
        }
        return file
    }

    /// The version as it is known now; here the kind of file source becomes known.
    private static func current(
        _ version: FileVersion,
        _ path: String,
        _ found: FileIdentity,
        _ files: some FileSource,
        _ wallSeconds: Int64
    ) -> FileVersion? {
        version.current(path, found, in: files, wallSeconds: wallSeconds)
    }
}
