// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// A UDP socket that talks to one upstream only: the system drops what comes from elsewhere.
package struct ConnectedUDPSocket: ~Copyable, Sendable {
    /// The largest datagram, in bytes (RFC 768).
    package static let maximumByteCount = 65_535
    /// The receive buffer that `makeRoom` asks for, in bytes; the system may give less.
    package static let wantedBufferByteCount: CInt = 1 << 20

    private let descriptor: Descriptor
    /// Where it sends from.
    package let local: Endpoint

    /// The number to poll.
    package var number: CInt { descriptor.number }

    /// Connects to `upstream`, from `port` when it is not 0, and from the address `source` of the same
    /// family when there is one.
    ///
    /// - Throws: an error with `isAddressInUse` when the port is taken; the caller tries another one.
    package init(
        to upstream: Endpoint,
        fromPort port: UInt16 = 0,
        of source: IPAddress? = nil
    ) throws(SystemError) {
        let socket = try Descriptor.socket(SOCK_DGRAM, for: upstream)
        try socket.setPathOptions(for: upstream)
        if port != 0 || source != nil {
            let isIPv4 = upstream.address.family == .v4
            let any = isIPv4 ? IPAddress(v4: 0) : IPAddress(v6High: 0, low: 0)
            let from = Endpoint(
                source ?? any,
                port: port,
                scope: source == nil ? 0 : upstream.scope
            )
            try socket.bind(to: from, takesIPv4: false)
        }
        try socket.connect(to: upstream)
        local = try socket.localEndpoint()
        descriptor = socket
    }

    /// Makes room for replies to many questions that come at once.
    package borrowing func makeRoom() throws(SystemError) {
        do throws(SystemError) {
            try descriptor.set(
                "SO_RCVBUF",
                SOL_SOCKET,
                SO_RCVBUFFORCE,
                Self.wantedBufferByteCount
            )
        } catch {
            try descriptor.set("SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, Self.wantedBufferByteCount)
        }
    }

    /// Receives what is there into the emptied batch, without waiting.
    ///
    /// - Throws: what the network said about an earlier datagram, such as that nobody listens.
    package borrowing func receive(into batch: inout MessageBatch) throws(SystemError) {
        try batch.receive(from: descriptor.number, tellsLocal: false, isConnected: true)
    }

    /// Sends the batch and empties it.
    ///
    /// `joins`: whether datagrams of one length that follow each other pass the system's layers as
    /// one; false afterwards where that is not possible on the way to this upstream.
    package borrowing func send(
        _ batch: inout MessageBatch,
        joining joins: inout Bool
    ) -> MessageBatch.Trouble {
        batch.sendConnected(to: descriptor.number, joining: &joins)
    }

    package borrowing func send(_ message: [UInt8]) throws(SystemError) {
        let number = descriptor.number
        // SAFETY: the bytes stay in place during the call.
        try check("send") {
            unsafe message.withUnsafeBytes {
                unsafe Glibc.send(number, $0.baseAddress, $0.count, 0)
            }
        }
    }

    /// One datagram, or nil when there is none.
    ///
    /// - Throws: what the network said about an earlier datagram, such as that nobody listens.
    package borrowing func receive() throws(SystemError) -> [UInt8]? {
        let number = descriptor.number
        do throws(SystemError) {
            return try unsafe withUnsafeTemporaryAllocation(
                of: UInt8.self,
                capacity: Self.maximumByteCount
            ) { bytes throws(SystemError) -> [UInt8] in
                // SAFETY: the system writes at most as many bytes as it is told, and only those
                // are read.
                let count = try check("recv") {
                    unsafe recv(number, bytes.baseAddress, bytes.count, 0)
                }
                return unsafe Array(bytes.prefix(count))
            }
        } catch {
            if error.wouldBlock { return nil }
            throw error
        }
    }
}
