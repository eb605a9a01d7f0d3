// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

/// A new folder for files that nobody needs for long; its owner removes it.
package struct ScratchFolder: Sendable {
    /// How deep the folders in it are followed when it is removed.
    package static let maximumDepth = 16

    package let path: String

    /// Makes one whose name begins with `name`, where such files belong.
    package init(named name: String) throws(SystemError) {
        let parent = Process.environment["TMPDIR"] ?? "/tmp"
        let pattern = "\(parent)/\(name)-" + String(repeating: "X", count: 6)
        var template = Array(pattern.utf8CString)
        // SAFETY: mkdtemp writes over the six last letters only.
        let isMade = unsafe template.withUnsafeMutableBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe mkdtemp(start) != nil
        }
        guard isMade else { throw SystemError(call: "mkdtemp \(pattern)", code: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The path of a name in this folder.
    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Makes a folder in it.
    package func makeFolder(_ name: String) throws(SystemError) {
        let path = self(name)
        try check("mkdir \(path)") { unsafe Int(mkdir(path, 0o700)) }
    }

    /// Writes a file, or over it; nobody sees half of it, and no disk is waited for.
    package func write(_ text: String, to name: String) throws(SystemError) {
        let (path, draft) = (self(name), self(name) + ".draft")
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let number = try check("open \(draft)") { unsafe Int(open(draft, flags, 0o600)) }
        let file = Descriptor(owning: CInt(number))
        try file.writeAll(Array(text.utf8), name: draft)
        try check("rename \(draft)") { unsafe Int(rename(draft, path)) }
    }

    /// Makes a link to `target`, or has the one that is there lead to it, in one step.
    package func link(_ name: String, to target: String) throws(SystemError) {
        let (path, draft) = (self(name), self(name) + ".draft")
        try check("symlink \(draft)") { unsafe Int(symlink(target, draft)) }
        try check("rename \(draft)") { unsafe Int(rename(draft, path)) }
    }

    /// Removes it with all that is in it; a link is removed, and where it leads is left alone.
    package func remove() { Self.remove(path, depth: 0) }

    private static func remove(_ path: String, depth: Int) {
        if unsafe unlink(path) == 0 || rmdir(path) == 0 { return }
        guard depth < maximumDepth else { return }
        for name in (try? DiskFiles().list(path)) ?? [] {
            remove(path + "/" + name, depth: depth + 1)
        }
        unsafe rmdir(path)
    }
}
