// SPDX-License-Identifier: Apache-2.0

import Files

/// What was read at one of the paths that a user gave.
struct ManifestRoot: Sendable {
    let path: String
    /// The folders to watch: those read, and the one that `path` lies in.
    var folders: [String]
    var files: [ManifestFile] = []
    /// Why the path cannot be had now; `files` are then those of the last time.
    var fault: ManifestMistake?

    init(path: String, folders: [String]) {
        self.path = path
        self.folders = folders + [Self.parent(of: path)]
    }

    /// The folder that `path` lies in.
    private static func parent(of path: String) -> String {
        var bytes = path.utf8[...]
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        let parent = bytes[..<slash]
        return parent.isEmpty ? "/" : String(Substring(parent))
    }

    /// The same, for a time in which the path cannot be had.
    func kept(because error: FileError) -> ManifestRoot {
        var root = self
        let text = String(error.description.dropFirst(error.path.count + 2))
        root.fault = ManifestMistake(
            file: path,
            position: nil,
            text + "; what it held before stays in use"
        )
        return root
    }

    /// The age from which on a file's time tells its next writing apart, in nanoseconds.
    private static let minimumAge: Int64 = 2_000_000_000

    /// Whether a file could be written once more without a trace in its identity.
    private static func isTooNew(_ identity: FileIdentity, _ wallSeconds: Int64?) -> Bool {
        guard let wallSeconds else { return false }
        let (now, overflow) = wallSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        return !overflow && identity.modifiedNanoseconds > now &- minimumAge
    }

    /// Reads a file that is new or has changed.
    mutating func read(
        _ found: FoundFile,
        from source: some FileSource,
        previous: ManifestFile?,
        limits: ManifestLimits,
        wallSeconds: Int64?
    ) {
        do throws(FileError) {
            guard found.identity.byteCount <= limits.fileByteCount else {
                let reason = FileError.Reason.tooLarge(limit: limits.fileByteCount)
                throw FileError(path: found.path, reason: reason)
            }
            let settled = try SettledFile(reading: found.path, from: source)
            files.append(
                ManifestFile(
                    path: found.path,
                    identity: Self.isTooNew(settled.identity, wallSeconds) ? nil : settled.identity,
                    bytes: settled.bytes,
                    previous: previous
                )
            )
        } catch {
            // Gone since it was found: its objects go too.
            guard error.reason != .missing else { return }
            files.append(ManifestFile(path: found.path, keeping: previous, because: error))
        }
    }
}
