// SPDX-License-Identifier: Apache-2.0

import Files

/// Reads again what is known to have changed since a set was made, and nothing else.
///
/// It gives up where that is not enough: when changes were lost, when folders came, went or led
/// elsewhere, when what is wrong with a path can only be told by walking all of them, or when so
/// much changed that it is better read side by side.
struct ManifestUpdate<Source: FileSource, Force: Workforce> {
    let reading: ManifestReading<Source, Force>
    let previous: ManifestSet

    /// The roots after the changes; nil when everything has to be looked at.
    func roots(after changes: FileChanges) -> [ManifestRoot]? {
        guard changes.isComplete, previous.isWhole, let paths = paths(of: changes),
            paths.count <= ManifestLimits.maximumSingleLookCount
        else { return nil }
        var roots = previous.roots
        for index in roots.indices {
            let root = roots[index]
            let own = paths.filter { root.contains($0) }.sorted()
            var gone: [ManifestFile] = []
            for path in own {
                guard look(at: path, &roots[index], gone: &gone) else { return nil }
            }
            roots[index].remember(gone, wallSeconds: reading.wallSeconds)
        }
        let byteCount = roots.reduce(0) { $0 &+ $1.byteCount }
        let fileCount = roots.reduce(0) { $0 + $1.files.count }
        // Which files are past the limits depends on all before them.
        guard byteCount <= reading.limits.totalByteCount, fileCount <= reading.limits.fileCount
        else { return nil }
        return roots
    }

    /// The paths to look at; nil when a folder itself is among what changed.
    private func paths(of changes: FileChanges) -> Set<String>? {
        var paths = Set(previous.unsettled)
        // What made them unreadable (too many open files, a fault of the disk) may be over, and
        // nothing tells.
        paths.formUnion(previous.files.unread)
        for path in changes.paths {
            if previous.folderSet.contains(path) { return nil }
            if previous.linkSet.contains(path)
                || previous.roots.contains(where: { $0.path == path })
            {
                paths.insert(path)
            }
        }
        for (folder, names) in changes.names where previous.folderSet.contains(folder) {
            for root in previous.roots {
                if root.isBeside(folder), names.contains(root.name) { paths.insert(root.path) }
                guard root.contains(folder), !root.isFile else { continue }
                for name in names where name.utf8.first != UInt8(ascii: ".") {
                    paths.insert(ManifestRoot.path(of: name, in: folder))
                }
            }
        }
        return paths
    }

    /// Brings one path of a root up to date; false when that takes more than looking at it.
    private func look(
        at path: String,
        _ root: inout ManifestRoot,
        gone: inout [ManifestFile]
    ) -> Bool {
        if previous.folderSet.contains(path) { return false }
        let known = root.files[path]
        var found: FileIdentity?
        do throws(FileError) {
            found = try reading.source.identity(of: path)
        } catch {
            guard error.reason == .missing, !root.isFile else { return false }
        }
        var next: ManifestFile?
        if let found {
            guard !found.isFolder, found.isLink == previous.linkSet.contains(path) else {
                return false
            }
            let isWanted = root.isFile || ManifestWalk<Source>.isManifest(path)
            guard isWanted else { return true }
            next = reading.file(FoundFile(path: path, identity: found), previous: known)
            guard next != nil || !root.isFile else { return false }
        } else if previous.linkSet.contains(path) {
            return false
        }
        root.change(known, to: next, at: path)
        if let known, next == nil { gone.append(known) }
        return true
    }
}
