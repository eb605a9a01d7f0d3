// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// One connection to another process of this machine (Unix domain), which blocks, but not for ever.
package struct LocalSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Connects to whoever listens at `path`; each reading or writing may take so long.
    package init(connectingTo path: String, patienceSeconds: Int) throws(SystemError) {
        let address = try LocalAddress(path)
        let socket = try LocalAddress.socket()
        let number = socket.number
        // First of all: whoever listens may have stopped taking connections.
        try Self.limit(number, patienceSeconds)
        try check("connect \(path)") {
            unsafe address.withPointer { unsafe Int(connect(number, $0, $1)) }
        }
        descriptor = socket
    }

    fileprivate init(
        taking descriptor: consuming Descriptor,
        patienceSeconds: Int
    ) throws(SystemError) {
        try Self.limit(descriptor.number, patienceSeconds)
        self.descriptor = descriptor
    }

    /// Bounds how long a call may take.
    private static func limit(_ number: CInt, _ seconds: Int) throws(SystemError) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try check("setsockopt SO_RCVTIMEO") {
                unsafe Int(setsockopt(number, SOL_SOCKET, option, &time, size))
            }
        }
    }

    /// The next bytes, exactly so many; nil when the other side ends before.
    package borrowing func read(_ count: Int) throws(SystemError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        let number = descriptor.number
        while done < count {
            var span = bytes.mutableSpan
            let start = done
            // SAFETY: the system writes at most as many bytes as it is told.
            let got = try unsafe span.withUnsafeMutableBytes {
                bytes throws(SystemError) -> Int in
                try check("recv") {
                    unsafe recv(number, bytes.baseAddress?.advanced(by: start), count - start, 0)
                }
            }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }

    /// Sends all bytes.
    package borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
        var done = 0
        let number = descriptor.number
        while done < bytes.count {
            let rest = bytes.span.extracting(done...)
            // SAFETY: the bytes stay in place during the call.
            done += try unsafe rest.withUnsafeBytes { rest throws(SystemError) -> Int in
                try check("send") {
                    unsafe send(number, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
                }
            }
        }
    }
}

/// Takes connections of other processes of this machine, of the same user only.
///
/// The socket is a file, which is removed with this value.
package struct LocalListener: ~Copyable, Sendable {
    private static let backlog: CInt = 16

    package let path: String
    private let descriptor: Descriptor

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Makes a folder that only this user may look into, unless there is one.
    package static func makeFolder(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try check("mkdir \(path)") { unsafe Int(mkdir(path, 0o700)) }
        } catch {
            if error.code != EEXIST { throw error }
        }
    }

    /// Listens at `path`; a socket that nobody listens at any more is replaced.
    package init(at path: String) throws(SystemError) {
        let address = try LocalAddress(path)
        if Self.isAbandoned(path) { unsafe unlink(path) }
        let socket = try LocalAddress.socket()
        let number = socket.number
        // Before the file is there: its mode follows from that of the socket.
        try check("fchmod \(path)") { Int(fchmod(number, 0o600)) }
        try check("bind \(path)") {
            unsafe address.withPointer { unsafe Int(bind(number, $0, $1)) }
        }
        try check("listen \(path)") { Int(listen(number, Self.backlog)) }
        self.path = path
        descriptor = socket
    }

    deinit { unsafe unlink(path) }

    /// The next connection; each reading or writing may take so long.
    package borrowing func accept(patienceSeconds: Int) throws(SystemError) -> LocalSocket {
        let number = descriptor.number
        let accepted = try check("accept") { Int(csystem_accept4(number, nil, nil)) }
        let socket = Descriptor(owning: CInt(accepted))
        let taken = socket.number
        // Whoever waits for a command has time to wait.
        try check("fcntl") { Int(fcntl(taken, F_SETFL, 0)) }
        return try LocalSocket(taking: socket, patienceSeconds: patienceSeconds)
    }

    /// Whether a socket lies at `path` at which nobody listens; any other file is somebody's.
    private static func isAbandoned(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return false
        }
        do throws(SystemError) {
            _ = try LocalSocket(connectingTo: path, patienceSeconds: 1)
            return false
        } catch {
            return error.isRefused
        }
    }
}

/// A path as the address of a socket.
private struct LocalAddress {
    /// The longest path, in bytes: what the address has room for, and the zero behind it.
    static let maximumByteCount = 107

    private var address = sockaddr_un()

    init(_ path: String) throws(SystemError) {
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.maximumByteCount, !bytes.isEmpty, !bytes.contains(0) else {
            throw SystemError(
                call: "the path of a socket has 1 to \(Self.maximumByteCount) bytes, not "
                    + "\(bytes.count): \(path)",
                code: 0
            )
        }
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the length was checked, and what is behind the path is zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    }

    static func socket() throws(SystemError) -> Descriptor {
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = try check("socket") { Int(Glibc.socket(AF_UNIX, kind, 0)) }
        return Descriptor(owning: CInt(number))
    }

    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        // SAFETY: every address of a socket begins as `sockaddr` does.
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
