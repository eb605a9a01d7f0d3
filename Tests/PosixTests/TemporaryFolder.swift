// SPDX-License-Identifier: Apache-2.0

import Glibc
import Posix

/// A folder of a test's own, removed with all that is in it.
final class TemporaryFolder {
    let path: String

    init() {
        let letters = String(repeating: "X", count: 6)
        var template = Array("/tmp/posix-tests-\(letters)".utf8CString)
        // SAFETY: mkdtemp writes over the six last letters only.
        path = unsafe template.withUnsafeMutableBufferPointer { bytes in
            guard let start = bytes.baseAddress, unsafe mkdtemp(start) != nil else { return "" }
            return unsafe String(cString: start)
        }
        precondition(!path.isEmpty, "there is no temporary folder")
    }

    deinit {
        Self.empty(path)
        unsafe remove(path)
    }

    /// Removes what is in a folder; a link is removed, and where it leads is left alone.
    private static func empty(_ path: String) {
        for name in (try? DiskFiles().list(path)) ?? [] {
            let entry = path + "/" + name
            if unsafe remove(entry) == 0 { continue }
            empty(entry)
            unsafe remove(entry)
        }
    }

    /// The path of a name in this folder.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) {
        let number = unsafe open(self(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(number >= 0, "cannot open \(name)")
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(number, $0.baseAddress, $0.count)
        }
        precondition(count == bytes.count, "cannot write \(name)")
        close(number)
    }

    func makeFolder(_ name: String) {
        precondition(unsafe mkdir(self(name), 0o700) == 0, "cannot make \(name)")
    }

    func link(_ name: String, to target: String) {
        precondition(unsafe symlink(target, self(name)) == 0, "cannot link \(name)")
    }

    func move(_ name: String, to other: String) {
        precondition(unsafe rename(self(name), self(other)) == 0, "cannot move \(name)")
    }

    func delete(_ name: String) {
        precondition(unsafe remove(self(name)) == 0, "cannot delete \(name)")
    }
}
