// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

extension DiskFiles: FileStore {
    /// Readable by its owner only; not waiting for the disk.
    package func replace(_ path: String, with next: () -> [UInt8]?) throws(FileError) {
        do throws(FileError) {
            try explaining(path) { path throws(SystemError) in
                try Self.replace(path, mode: 0o600, isDurable: false, with: next)
            }
        } catch {
            guard error.reason == .denied else { throw error }
            let text = "may not be written; check the mode and owner of its folder"
            throw FileError(path: path, reason: .other(text))
        }
    }

    /// Writes a file so that nobody sees half of it: beside its place, then moved over it.
    ///
    /// What was there before stays when any step fails, also when the machine stops in between.
    package func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        var rest: [UInt8]? = bytes
        try Self.replace(path, mode: 0o644, isDurable: true) {
            defer { rest = nil }
            return rest
        }
    }

    private static func replace(
        _ path: String,
        mode: mode_t,
        isDurable: Bool,
        with next: () -> [UInt8]?
    ) throws(SystemError) {
        let draft = path + ".draft"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let number = try check("open \(draft)") { unsafe Int(open(draft, flags, mode)) }
        let file = Descriptor(owning: CInt(number))
        do throws(SystemError) {
            while let part = next() { try file.writeAll(part, name: draft) }
            if isDurable { try check("fsync \(draft)") { Int(fsync(file.number)) } }
            try check("rename \(draft)") { unsafe Int(rename(draft, path)) }
        } catch {
            unsafe unlink(draft)
            throw error
        }
    }
}
