// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import HTTP

/// A TCP client on the loopback that never waits by itself.
struct LoopbackClient: ~Copyable {
    let socket: CInt

    /// Connects to 127.0.0.1; the kernel accepts before the server does.
    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(socket >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // SAFETY: the bytes of a sockaddr_in, with their count, read during the call.
        let result = unsafe withUnsafeBytes(of: address) { bytes in
            unsafe connect(
                socket,
                bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count)
            )
        }
        try #require(result == 0)
    }

    /// Sends what the kernel takes at once; false when it takes nothing more.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        // SAFETY: the array lives during the call, its count goes with it.
        let sent = unsafe Glibc.send(
            socket,
            bytes,
            bytes.count,
            CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
        )
        return sent == bytes.count
    }

    /// What has come: empty at the end of the stream or when it was reset, nil when nothing came.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // SAFETY: the array lives during the call, its count goes with it.
        let count = unsafe recv(socket, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        if count < 0 { return errno == EAGAIN ? nil : [] }
        return Array(buffer.prefix(count))
    }

    /// Lets the server run at a given time until this client's connection has ended.
    ///
    /// - Returns: all that was received.
    func readToEnd(_ server: borrowing HTTPServer, nowNanoseconds: UInt64 = 0) throws -> String {
        var received: [UInt8] = []
        while true {
            var polled = [
                pollfd(fd: server.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: socket, events: Int16(POLLIN), revents: 0),
            ]
            let wait = server.timeoutMilliseconds(nowNanoseconds: nowNanoseconds) ?? 20_000
            // SAFETY: the array lives during the call, its count goes with it.
            let ready = unsafe poll(&polled, 2, CInt(min(wait, 20_000)))
            try #require(ready > 0 || wait == 0, "neither side has anything to do")
            server.run(nowNanoseconds: nowNanoseconds)
            guard let bytes = receive() else { continue }
            if bytes.isEmpty { return String(decoding: received, as: UTF8.self) }
            received += bytes
        }
    }

    /// Keeps the connection open until `close`.
    consuming func detach() -> CInt {
        let socket = socket
        discard self
        return socket
    }

    static func close(_ socket: CInt) { _ = Glibc.close(socket) }

    deinit { Self.close(socket) }
}

extension HTTPServer {
    /// Runs while there is something to do at once.
    func settle(nowNanoseconds: UInt64 = 0) {
        for _ in 0..<1_000 {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // SAFETY: one descriptor, that lives during the call.
            let ready = unsafe poll(&polled, 1, 0)
            let wait = timeoutMilliseconds(nowNanoseconds: nowNanoseconds)
            if ready <= 0, wait != 0 { return }
            run(nowNanoseconds: nowNanoseconds)
        }
    }
}
