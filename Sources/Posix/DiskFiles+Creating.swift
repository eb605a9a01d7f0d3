// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

extension DiskFiles {
    /// Writes a new file whole and to the disk; false, and nothing is changed, when the path is taken.
    ///
    /// Nobody sees half of it: it is written beside its place under a name that begins with a dot, and
    /// gets its own name at the end.
    package func create(_ path: String, with bytes: [UInt8]) throws(SystemError) -> Bool {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(path[...$0]) } ?? ""
        let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
        let draft = "\(folder).\(name).draft-\(Process.identifier)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let number = try check("open \(draft)") { unsafe Int(open(draft, flags, 0o644)) }
        defer { unsafe unlink(draft) }
        let file = Descriptor(owning: CInt(number))
        try file.writeAll(bytes, name: draft)
        try check("fsync \(draft)") { Int(fsync(file.number)) }
        do throws(SystemError) {
            // Unlike a renaming, it takes nothing away.
            try check("link \(path)") { unsafe Int(link(draft, path)) }
        } catch {
            guard error.code == EEXIST else { throw error }
            return false
        }
        // The file is there, whether or not its name can be waited for.
        try? Self.syncFolder(Self.folder(of: path))
        return true
    }
}
