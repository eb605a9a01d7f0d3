// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Files
import Glibc

/// This process, its surroundings and its limits.
package enum Process {
    package static var identifier: Int { Int(getpid()) }

    /// The arguments of the program, its own name left out.
    package static var arguments: [String] { Array(Swift.CommandLine.arguments.dropFirst()) }

    /// The variables of the environment.
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        guard var next = unsafe csystem_environment() else { return variables }
        // SAFETY: the list ends with a null pointer, and nobody changes it here.
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe next += 1
        }
        return variables
    }

    /// The folder that relative paths start from; nil when it was removed.
    package static var workingFolder: String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        // SAFETY: the system made a C string, which is copied and then freed.
        return unsafe String(cString: path)
    }

    /// Whether the process may do what others may not.
    package static var isRoot: Bool { geteuid() == 0 }

    /// The name of this machine, as the system has it.
    package static var hostName: String {
        // LIMIT: HOST_NAME_MAX is 64; the last byte stays 0.
        var name = [CChar](repeating: 0, count: 256)
        unsafe gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Lets the process open as many descriptors as the system allows it.
    package static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Writes the process's number and a line end to `path`.
    package static func writeIdentifier(to path: String) throws(SystemError) {
        let number = try check("open \(path)") {
            unsafe Int(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644))
        }
        let file = Descriptor(owning: CInt(number))
        try file.writeAll(Array("\(identifier)\n".utf8), name: path)
    }

    /// Sends a signal to a process.
    package static func send(_ signal: Signal, to identifier: Int) throws(SystemError) {
        try check("kill") { Int(kill(pid_t(identifier), signal.number)) }
    }

    /// Removes a file, if it is there.
    package static func remove(_ path: String) { unsafe unlink(path) }

    /// Ends the process at once.
    package static func exit(_ code: CInt) -> Never { Glibc.exit(code) }
}

extension Process {
    /// The resident memory in bytes; nil when the system does not say.
    package static var residentByteCount: Int? {
        guard let bytes = try? DiskFiles().read("/proc/self/statm") else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(CInt(_SC_PAGESIZE)))
    }

    /// The number of open descriptors; nil when the system does not say.
    package static var openDescriptorCount: Int? {
        // The folder that is read for this is open too.
        (try? DiskFiles().list("/proc/self/fd")).map { $0.count - 1 }
    }
}
