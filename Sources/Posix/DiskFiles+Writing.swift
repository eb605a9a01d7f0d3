// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

extension DiskFiles: FileStore {
    /// Readable by its owner only; not waiting for the disk.
    package func replace(_ path: String, with next: () -> [UInt8]?) throws(FileError) {
        try writing(path) { path throws(SystemError) in
            try Self.replace(path, mode: 0o600, isDurable: false, with: next)
        }
    }

    /// Readable by its owner only, as are the folders that are made.
    package func keep(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        try writing(path) { path throws(SystemError) in
            let folder = Self.folder(of: path)
            try Self.makeFolder(folder)
            var rest: [UInt8]? = bytes
            try Self.replace(path, mode: 0o600, isDurable: true) {
                defer { rest = nil }
                return rest
            }
            try Self.syncFolder(folder)
        }
    }

    /// Waits until the names in a folder are on the disk, which those of new files have to reach
    /// besides the files themselves.
    static func syncFolder(_ folder: String) throws(SystemError) {
        let number = try check("open \(folder)") {
            unsafe Int(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        }
        let opened = Descriptor(owning: CInt(number))
        try check("fsync \(folder)") { Int(fsync(opened.number)) }
    }

    package func append(
        _ bytes: [UInt8],
        to path: String,
        of byteCount: Int
    ) throws(FileError) {
        let isExpected = try writing(path) { path throws(SystemError) in
            let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
            let number = try check("open \(path)") { unsafe Int(open(path, flags)) }
            let file = Descriptor(owning: CInt(number))
            var status = stat()
            try check("fstat \(path)") { unsafe Int(fstat(file.number, &status)) }
            guard status.st_mode & S_IFMT == S_IFREG, status.st_size == byteCount else {
                return false
            }
            try file.writeAll(bytes, name: path)
            try check("fdatasync \(path)") { Int(fdatasync(file.number)) }
            return true
        }
        guard isExpected else { throw FileError(path: path, reason: .unsettled) }
    }

    /// What systemd gives (`StateDirectory=`), `/var/lib/apus` for root, else what the XDG Base
    /// Directory Specification says.
    package func stateFolder(_ environment: [String: String]) -> String? {
        stateFolder(environment, isRoot: geteuid() == 0)
    }

    func stateFolder(_ environment: [String: String], isRoot: Bool) -> String? {
        if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first,
            folder.hasPrefix("/")
        {
            return String(folder)
        }
        if isRoot { return "/var/lib/apus" }
        // A path that is not absolute is to be ignored.
        if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
            return folder + "/apus"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/apus"
    }

    /// Says of what may not be done that it is about writing.
    private func writing<Value>(
        _ path: String,
        _ body: (String) throws(SystemError) -> Value
    ) throws(FileError) -> Value {
        do throws(FileError) {
            return try explaining(path, body)
        } catch {
            guard error.reason == .denied else { throw error }
            let text = "may not be written; check the mode and owner of its folder"
            throw FileError(path: path, reason: .other(text))
        }
    }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a folder and those that it lies in, as far as they are missing.
    private static func makeFolder(_ folder: String) throws(SystemError) {
        var status = stat()
        if unsafe stat(folder, &status) == 0 { return }
        guard folder.utf8.count < PATH_MAX else {
            throw SystemError(call: "mkdir", code: ENAMETOOLONG)
        }
        let slash = UInt8(ascii: "/")
        let ends = folder.utf8.indices.filter { folder.utf8[$0] == slash } + [folder.endIndex]
        for end in ends where end != folder.startIndex {
            let part = String(folder[..<end])
            guard unsafe stat(part, &status) != 0 else { continue }
            guard unsafe mkdir(part, 0o700) == -1, errno != EEXIST else { continue }
            throw SystemError(call: "mkdir \(part)", code: errno)
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
