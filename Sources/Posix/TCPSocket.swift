// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// One TCP connection; it never blocks.
package struct TCPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    package let peer: Endpoint
    /// This side's end; while it still connects the port may be all that is known.
    package let local: Endpoint

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Takes an accepted connection.
    init(taking descriptor: consuming Descriptor, peer: Endpoint, local: Endpoint) {
        self.peer = Endpoint(peer.address.unmapped, port: peer.port, scope: peer.scope)
        self.local = local
        self.descriptor = descriptor
    }

    /// Begins to connect to `upstream`; the socket is writable when that has ended.
    ///
    /// `source`: the address of this side; nil lets the system choose.
    package init(
        connectingTo upstream: Endpoint,
        from source: IPAddress? = nil
    ) throws(SystemError) {
        let socket = try Descriptor.socket(SOCK_STREAM, for: upstream)
        try socket.set("TCP_NODELAY", CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        if let source { try socket.bind(to: Endpoint(source, port: 0)) }
        try socket.connect(to: upstream)
        let local = try socket.localEndpoint()
        self.init(taking: socket, peer: upstream, local: local)
    }

    /// Throws why connecting failed, once the socket has become writable.
    package borrowing func checkConnected() throws(SystemError) {
        let code = try descriptor.option("SO_ERROR", SOL_SOCKET, SO_ERROR)
        if code != 0 { throw SystemError(call: "connect \(peer)", code: code) }
    }

    /// What one reading gave.
    package enum Reading: Equatable {
        /// So many bytes.
        case bytes(Int)
        /// Nothing now.
        case nothing
        /// The other side sends nothing more.
        case end
    }

    /// Reads into `buffer`, which must not be empty.
    package borrowing func read(into buffer: inout [UInt8]) throws(SystemError) -> Reading {
        var span = buffer.mutableSpan
        return try read(into: &span)
    }

    /// Reads into `buffer`, which must not be empty.
    package borrowing func read(
        into buffer: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Reading {
        precondition(!buffer.isEmpty, "nothing can be read into nothing")
        let number = descriptor.number
        do throws(SystemError) {
            // SAFETY: the system writes at most as many bytes as it is told.
            let count = try unsafe buffer.withUnsafeMutableBytes {
                bytes throws(SystemError) -> Int in
                try check("recv") { unsafe recv(number, bytes.baseAddress, bytes.count, 0) }
            }
            return count == 0 ? .end : .bytes(count)
        } catch {
            if error.wouldBlock { return .nothing }
            throw error
        }
    }

    /// Sends what fits now, and tells how many bytes that were.
    package borrowing func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        try write(bytes.span)
    }

    /// Sends what fits now, and tells how many bytes that were.
    package borrowing func write(_ bytes: Span<UInt8>) throws(SystemError) -> Int {
        let number = descriptor.number
        do throws(SystemError) {
            // SAFETY: the bytes stay in place during the call.
            return try unsafe bytes.withUnsafeBytes { bytes throws(SystemError) -> Int in
                try check("send") {
                    unsafe send(number, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
                }
            }
        } catch {
            if error.wouldBlock { return 0 }
            throw error
        }
    }

    /// Sends two pieces one after the other with one call, and tells how many bytes fitted now.
    ///
    /// A length and its message go out in one segment this way, without being copied together.
    package borrowing func write(
        _ first: Span<UInt8>,
        _ second: Span<UInt8>
    ) throws(SystemError) -> Int {
        let number = descriptor.number
        do throws(SystemError) {
            // SAFETY: both pieces stay in place during the call; the system only reads them.
            return try unsafe first.withUnsafeBytes { first throws(SystemError) -> Int in
                try unsafe second.withUnsafeBytes { second throws(SystemError) -> Int in
                    try check("sendmsg") {
                        unsafe Int(
                            csystem_send_two(
                                number,
                                first.baseAddress,
                                first.count,
                                second.baseAddress,
                                second.count
                            )
                        )
                    }
                }
            }
        } catch {
            if error.wouldBlock { return 0 }
            throw error
        }
    }

    /// The bytes that were written and that the other side has not confirmed to have.
    package var unsentByteCount: Int { max(0, Int(csystem_unsent(descriptor.number))) }

    /// Makes closing throw away what was written and has not arrived; the other side is told (RST).
    package borrowing func discardUnsent() throws(SystemError) { try descriptor.discardUnsent() }

    /// Tells the other side that nothing more comes; it can still send.
    package borrowing func closeOutput() throws(SystemError) {
        let number = descriptor.number
        try check("shutdown") { Int(shutdown(number, CInt(SHUT_WR))) }
    }
}
