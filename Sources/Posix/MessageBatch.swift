// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// Datagrams that are received or sent with one system call, in memory allocated once.
///
/// Nothing in it moves: the system's structures point at each other from the first day.
@safe package struct MessageBatch: ~Copyable {
    /// The most datagrams of one batch.
    package static let maximumCount = 64

    /// The bytes that one datagram can have.
    package let slotByteCount: Int
    /// The bytes from one slot to the next: a cache line more than needed, so that the heads of the
    /// slots do not all fall on the same lines of the processor's cache.
    private let strideByteCount: Int
    /// How many slots hold a datagram.
    package private(set) var count = 0

    private let bytes: UnsafeMutablePointer<UInt8>
    private let headers: UnsafeMutablePointer<mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private let addresses: UnsafeMutablePointer<sockaddr_storage>
    private let controls: UnsafeMutablePointer<UInt8>
    private static var controlByteCount: Int { Int(CSYSTEM_CONTROL_BYTES) }

    package init(slotByteCount: Int) {
        let count = Self.maximumCount
        self.slotByteCount = slotByteCount
        strideByteCount = (slotByteCount + 63) / 64 * 64 + 64
        // SAFETY: each block is made for `count` slots and freed by the one owner.
        unsafe bytes = .allocate(capacity: count * strideByteCount)
        unsafe headers = .allocate(capacity: count)
        unsafe vectors = .allocate(capacity: count)
        unsafe addresses = .allocate(capacity: count)
        unsafe controls = .allocate(capacity: count * Self.controlByteCount)
        unsafe bytes.initialize(repeating: 0, count: count * strideByteCount)
        unsafe headers.initialize(repeating: mmsghdr(), count: count)
        unsafe vectors.initialize(repeating: iovec(), count: count)
        unsafe addresses.initialize(repeating: sockaddr_storage(), count: count)
        unsafe controls.initialize(repeating: 0, count: count * Self.controlByteCount)
        for index in 0..<count {
            unsafe vectors[index].iov_base = .init(bytes + index * strideByteCount)
            unsafe headers[index].msg_hdr.msg_iov = vectors + index
            unsafe headers[index].msg_hdr.msg_iovlen = 1
            unsafe headers[index].msg_hdr.msg_name = .init(addresses + index)
            unsafe headers[index].msg_hdr.msg_control =
                .init(controls + index * Self.controlByteCount)
        }
    }

    deinit {
        // SAFETY: allocated in `init`, and nobody else has them.
        unsafe bytes.deallocate()
        unsafe headers.deallocate()
        unsafe vectors.deallocate()
        unsafe addresses.deallocate()
        unsafe controls.deallocate()
    }

    /// Empties it.
    package mutating func removeAll() { count = 0 }

    /// The datagram at `index`.
    @_lifetime(borrow self)
    package borrowing func message(at index: Int) -> Span<UInt8> {
        precondition(index < count, "the batch holds fewer datagrams")
        // SAFETY: the slot lives as long as the batch, and the length never exceeds it.
        let start = unsafe bytes + index * strideByteCount
        let length = unsafe min(Int(headers[index].msg_len), slotByteCount)
        let buffer = unsafe UnsafeBufferPointer(start: start, count: length)
        return unsafe _overrideLifetime(buffer.span, borrowing: self)
    }

    /// Whether the datagram at `index` was longer than its slot.
    package func isCut(at index: Int) -> Bool {
        unsafe headers[index].msg_hdr.msg_flags & 0x20 != 0
    }

    /// Where the datagram at `index` came from, and whether it is IPv4 on an IPv6 socket.
    package func peer(at index: Int) -> (endpoint: Endpoint, isMapped: Bool)? {
        var address = SocketAddress()
        address.storage = unsafe addresses[index]
        guard let endpoint = address.endpoint else { return nil }
        let plain = endpoint.address.unmapped
        let isMapped = plain.family != endpoint.address.family
        return (Endpoint(plain, port: endpoint.port, scope: endpoint.scope), isMapped)
    }

    /// The address that the datagram at `index` was sent to, and the interface it came in on.
    package func local(at index: Int) -> (address: IPAddress, interface: UInt32)? {
        var interface: UInt32 = 0
        var address = InlineArray<16, UInt8>(repeating: 0)
        // SAFETY: the shim writes at most 16 bytes.
        let family = unsafe withUnsafeMutableBytes(of: &address) { bytes -> CInt in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe csystem_packet_local(
                &headers[index].msg_hdr,
                base.assumingMemoryBound(to: UInt8.self),
                &interface
            )
        }
        let span = address.span
        guard let found = IPAddress(bytes: span.extracting(0..<(family == 4 ? 4 : 16))), family != 0
        else { return nil }
        return (found.unmapped, interface)
    }

    /// Writes one more datagram to be sent; a length of 0 adds none.
    ///
    /// `local`: the address it is to leave from; nil lets the system choose. False: it is full.
    @discardableResult
    package mutating func append(
        to peer: Endpoint,
        isMapped: Bool,
        from local: IPAddress?,
        interface: UInt32,
        write: (inout MutableSpan<UInt8>) -> Int
    ) -> Bool {
        guard count < Self.maximumCount else { return false }
        let index = count
        // SAFETY: the slot lives as long as the batch; the span ends with this call.
        let start = unsafe bytes + index * strideByteCount
        let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: slotByteCount)
        var span = unsafe buffer.mutableSpan
        let length = write(&span)
        guard length > 0, length <= slotByteCount else { return true }
        let address = SocketAddress(peer, asIPv6: isMapped)
        unsafe addresses[index] = address.storage
        unsafe vectors[index].iov_len = length
        unsafe headers[index].msg_hdr.msg_namelen = address.byteCount
        unsafe headers[index].msg_len = UInt32(length)
        setLocal(index, local, interface, isMapped: isMapped)
        count += 1
        return true
    }

    /// Notes the address that the datagram at `index` is to leave from.
    private mutating func setLocal(
        _ index: Int,
        _ local: IPAddress?,
        _ interface: UInt32,
        isMapped: Bool
    ) {
        let control = unsafe UnsafeMutableRawPointer(controls + index * Self.controlByteCount)
        unsafe headers[index].msg_hdr.msg_control = control
        guard let local else {
            unsafe headers[index].msg_hdr.msg_controllen = 0
            return
        }
        var address = InlineArray<16, UInt8>(repeating: 0)
        for place in 0..<local.byteCount { address[place] = local.byte(at: place) }
        let family: CInt = local.family == .v4 ? 4 : 6
        // SAFETY: the shim reads 4 or 16 bytes and writes inside this slot's control memory.
        unsafe withUnsafeBytes(of: &address) { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe csystem_set_packet_local(
                &headers[index].msg_hdr,
                family,
                base.assumingMemoryBound(to: UInt8.self),
                interface
            )
        }
    }

    /// Receives what is there, without waiting.
    mutating func receive(from descriptor: CInt) throws(SystemError) {
        for index in 0..<Self.maximumCount {
            unsafe vectors[index].iov_len = slotByteCount
            unsafe headers[index].msg_hdr.msg_namelen =
                socklen_t(MemoryLayout<sockaddr_storage>.size)
            unsafe headers[index].msg_hdr.msg_controllen = Self.controlByteCount
        }
        count = 0
        do throws(SystemError) {
            count = try check("recvmmsg") {
                unsafe Int(csystem_recvmmsg(descriptor, headers, UInt32(Self.maximumCount)))
            }
        } catch {
            // An earlier answer that bounced is told here; it says nothing about this socket.
            if error.wouldBlock || error.code == ECONNREFUSED { return }
            throw error
        }
    }

    /// Sends everything; what cannot be sent is left out, so that it blocks nothing behind it.
    ///
    /// The result is the number of datagrams that were not sent.
    mutating func send(to descriptor: CInt) -> Int {
        var sent = 0
        var failures = 0
        while sent < count {
            let result = unsafe csystem_sendmmsg(descriptor, headers + sent, UInt32(count - sent))
            if result > 0 {
                sent += Int(result)
            } else if errno != EINTR {
                failures += 1
                sent += 1
            }
        }
        count = 0
        return failures
    }
}
