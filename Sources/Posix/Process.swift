// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// This process, its surroundings and its limits.
package enum Process {
    /// The number of processors that this process may use.
    package static var processorCount: Int { max(1, Int(csystem_processor_count())) }

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

    /// Lets the process open as many descriptors as the system allows it.
    package static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The addresses of all interfaces: interface name, address, interface index.
    package static func interfaceAddresses() -> [(name: String, address: IPAddress, scope: UInt32)]
    {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var found: [(name: String, address: IPAddress, scope: UInt32)] = []
        var next = unsafe list
        // SAFETY: the system's list ends with a null pointer and lives until it is freed.
        while let entry = unsafe next {
            unsafe next = entry.pointee.ifa_next
            guard let address = unsafe entry.pointee.ifa_addr else { continue }
            var storage = SocketAddress()
            let size: Int
            switch CInt(unsafe address.pointee.sa_family) {
            case AF_INET: size = MemoryLayout<sockaddr_in>.size
            case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
            default: continue
            }
            unsafe withUnsafeMutableBytes(of: &storage.storage) {
                unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: size))
            }
            guard let endpoint = storage.endpoint else { continue }
            let name = unsafe String(cString: entry.pointee.ifa_name)
            found.append((name, endpoint.address, endpoint.scope))
        }
        return found
    }

    /// Writes all bytes to standard output or standard error.
    package static func write(_ text: String, toError: Bool = false) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            // SAFETY: the bytes stay in place during the call.
            let count = unsafe bytes[start...].withUnsafeBytes {
                unsafe Glibc.write(toError ? 2 : 1, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            start += count
        }
    }

    /// All of standard input, at most so many bytes; nil when it is a terminal.
    package static func readInput(maximumByteCount: Int) -> [UInt8]? {
        guard isatty(0) == 0 else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= maximumByteCount {
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe read(0, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// Writes the process's number and a line end to `path`.
    package static func writeIdentifier(to path: String) throws(SystemError) {
        let number = try check("open \(path)") {
            unsafe Int(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644))
        }
        let file = Descriptor(owning: CInt(number))
        let bytes = Array("\(identifier)\n".utf8)
        try check("write \(path)") {
            // SAFETY: the bytes stay in place during the call.
            unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(file.number, $0.baseAddress, $0.count)
            }
        }
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
