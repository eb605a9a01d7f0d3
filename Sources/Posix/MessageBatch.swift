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
    /// How many slots, from the first on, must be made ready before they can receive again.
    private var usedCount = maximumCount

    private let bytes: UnsafeMutablePointer<UInt8>
    let headers: UnsafeMutablePointer<mmsghdr>
    let vectors: UnsafeMutablePointer<iovec>
    private let addresses: UnsafeMutablePointer<sockaddr_storage>
    private let controls: UnsafeMutablePointer<UInt8>
    private static var controlByteCount: Int { Int(CSYSTEM_CONTROL_BYTES) }
    /// What each slot that is ready to receive offers for ancillary data, in bytes.
    private var offeredControlByteCount = 0

    package init(slotByteCount: Int) {
        let count = Self.maximumCount
        self.slotByteCount = slotByteCount
        strideByteCount = (slotByteCount + 63) / 64 * 64 + 64
        // SAFETY: each block is made for `count` slots and freed by the one owner.
        //
        // Zeros that nobody wrote take no memory: of a slot for the largest datagram hardly more
        // than its first page is ever used.
        unsafe bytes = Self.zeros(count * strideByteCount)
        unsafe headers = .allocate(capacity: count)
        unsafe vectors = .allocate(capacity: count)
        unsafe addresses = .allocate(capacity: count)
        unsafe controls = .allocate(capacity: count * Self.controlByteCount)
        unsafe headers.initialize(repeating: mmsghdr(), count: count)
        unsafe vectors.initialize(repeating: iovec(), count: count)
        unsafe addresses.initialize(repeating: sockaddr_storage(), count: count)
        unsafe controls.initialize(repeating: 0, count: count * Self.controlByteCount)
        for index in 0..<count {
            unsafe vectors[index].iov_base = .init(bytes + index &* strideByteCount)
            unsafe headers[index].msg_hdr.msg_iov = vectors + index
            unsafe headers[index].msg_hdr.msg_iovlen = 1
            unsafe headers[index].msg_hdr.msg_name = .init(addresses + index)
            unsafe headers[index].msg_hdr.msg_control =
                .init(controls + index * Self.controlByteCount)
        }
    }

    /// So many zero bytes, to be given back with `free`.
    private static func zeros(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        guard let memory = unsafe calloc(count, 1) else {
            preconditionFailure("there is no memory for a batch of datagrams")
        }
        return unsafe memory.bindMemory(to: UInt8.self, capacity: count)
    }

    deinit {
        // SAFETY: allocated in `init`, and nobody else has them.
        unsafe free(bytes)
        unsafe headers.deallocate()
        unsafe vectors.deallocate()
        unsafe addresses.deallocate()
        unsafe controls.deallocate()
    }

    /// Whether no slot is free.
    package var isFull: Bool { count == Self.maximumCount }

    /// Empties it.
    package mutating func removeAll() { count = 0 }

    // MARK: What came

    /// The datagram at `index`, cut where its slot ends.
    @_lifetime(borrow self)
    package borrowing func message(at index: Int) -> Span<UInt8> {
        precondition(index >= 0 && index < count, "the batch holds fewer datagrams")
        // SAFETY: the slot lives as long as the batch, and the length never exceeds it.
        let start = unsafe bytes + index &* strideByteCount
        let length = unsafe min(Int(headers[index].msg_len), slotByteCount)
        let buffer = unsafe UnsafeBufferPointer(start: start, count: length)
        return unsafe _overrideLifetime(buffer.span, borrowing: self)
    }

    /// Whether the datagram at `index` was longer than its slot.
    package borrowing func isCut(at index: Int) -> Bool {
        precondition(index >= 0 && index < count, "the batch holds fewer datagrams")
        return unsafe headers[index].msg_hdr.msg_flags & CInt(MSG_TRUNC) != 0
    }

    /// Where the datagram at `index` came from: whom to answer, never in IPv4-mapped form.
    ///
    /// Nil for an address that is neither IPv4 nor IPv6.
    package borrowing func client(at index: Int) -> Endpoint? {
        precondition(index >= 0 && index < count, "the batch holds fewer datagrams")
        // SAFETY: each of the addresses has room for those of every family.
        return unsafe SocketAddress.readUnmapped(addresses + index)
    }

    /// The address that the datagram at `index` was sent to, and the interface it came in on.
    ///
    /// Only sockets that are bound to every address tell.
    package borrowing func local(at index: Int) -> (address: IPAddress, interface: UInt32)? {
        precondition(index >= 0 && index < count, "the batch holds fewer datagrams")
        // SAFETY: the control memory holds what the system wrote for this datagram.
        let found = unsafe csystem_packet_local(&headers[index].msg_hdr)
        switch found.family {
        case 4: return (IPAddress(v4: UInt32(truncatingIfNeeded: found.low)), found.interface)
        case 6: return (IPAddress(v6High: found.high, low: found.low).unmapped, found.interface)
        default: return nil
        }
    }

    // MARK: What goes

    /// Writes one more datagram to be sent; a length of 0 adds none.
    ///
    /// `local`: the address it is to leave from; nil lets the system choose. `interface` counts
    /// for link-local IPv6 addresses only: anything else leaves by the way that the system's
    /// routes say, which need not be the one it came. False: the batch is full.
    @discardableResult
    package mutating func append(
        to peer: Endpoint,
        isMapped: Bool,
        from local: IPAddress?,
        interface: UInt32,
        write: (inout MutableSpan<UInt8>) -> Int
    ) -> Bool {
        guard count < Self.maximumCount else { return false }
        guard fill(count, write: write) else { return true }
        unsafe headers[count].msg_hdr.msg_namelen =
            SocketAddress.write(peer, asIPv6: isMapped, to: addresses + count)
        add(from: local, interface)
        return true
    }

    /// Writes an answer to the datagram at `index` of `received`; a length of 0 adds none.
    ///
    /// It goes where that datagram came from, byte for byte as the system wrote it. `local` and
    /// `interface`: as above. False: the batch is full.
    @discardableResult
    package mutating func append(
        answering received: borrowing MessageBatch,
        at index: Int,
        from local: IPAddress?,
        interface: UInt32,
        write: (inout MutableSpan<UInt8>) -> Int
    ) -> Bool {
        precondition(index >= 0 && index < received.count, "the batch holds fewer datagrams")
        guard count < Self.maximumCount else { return false }
        guard fill(count, write: write) else { return true }
        // SAFETY: both places are of `count` slots each, in two batches, and the longest address of
        // those that `client` tells is copied: the system reads no further than its length.
        unsafe UnsafeMutableRawPointer(addresses + count).copyMemory(
            from: received.addresses + index,
            byteCount: MemoryLayout<sockaddr_in6>.size
        )
        unsafe headers[count].msg_hdr.msg_namelen = received.headers[index].msg_hdr.msg_namelen
        add(from: local, interface)
        return true
    }

    /// Lets `write` fill the slot at `index`; false when it wrote nothing.
    @inline(__always)
    private mutating func fill(_ index: Int, write: (inout MutableSpan<UInt8>) -> Int) -> Bool {
        // SAFETY: the slot lives as long as the batch; the span ends with this call.
        let start = unsafe bytes + index &* strideByteCount
        let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: slotByteCount)
        var span = unsafe buffer.mutableSpan
        let length = write(&span)
        guard length > 0 else { return false }
        precondition(length <= slotByteCount, "a datagram ends inside its slot")
        unsafe vectors[index].iov_len = length
        unsafe headers[index].msg_len = UInt32(truncatingIfNeeded: length)
        unsafe headers[index].msg_hdr.msg_flags = 0
        return true
    }

    /// Adds the slot that was filled, to leave from `local`.
    @inline(__always)
    private mutating func add(from local: IPAddress?, _ interface: UInt32) {
        if let local {
            setLocal(local, interface, at: count)
        } else {
            unsafe headers[count].msg_hdr.msg_controllen = 0
        }
        count &+= 1
        if usedCount < count { usedCount = count }
    }

    /// Adds a copy of `message`, which must fit in a slot; false: the batch is full.
    @discardableResult
    package mutating func append(
        copying message: Span<UInt8>,
        to peer: Endpoint,
        isMapped: Bool,
        from local: IPAddress?,
        interface: UInt32
    ) -> Bool {
        precondition(message.count <= slotByteCount, "a datagram ends inside its slot")
        return append(to: peer, isMapped: isMapped, from: local, interface: interface) { slot in
            // SAFETY: the slot is another memory than the message, and at least as long.
            unsafe message.withUnsafeBytes { source in
                unsafe slot.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
            }
            return message.count
        }
    }

    /// Adds a copy of `message` for the one peer of a connected socket; an empty one adds none.
    ///
    /// False: the batch is full, or the message longer than a slot.
    @discardableResult
    package mutating func append(copying message: Span<UInt8>) -> Bool {
        guard count < Self.maximumCount, message.count <= slotByteCount else { return false }
        let isFilled = fill(count) { slot in
            // SAFETY: the slot is another memory than the message, and at least as long.
            unsafe message.withUnsafeBytes { source in
                unsafe slot.withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
            }
            return message.count
        }
        guard isFilled else { return true }
        unsafe headers[count].msg_hdr.msg_namelen = 0
        add(from: nil, 0)
        return true
    }

    /// Notes the address that the datagram at `index` is to leave from.
    private mutating func setLocal(_ local: IPAddress, _ interface: UInt32, at index: Int) {
        let isIPv6 = if case .v6 = local.family { true } else { false }
        let wanted = csystem_local(
            family: isIPv6 ? 6 : 4,
            interface: isIPv6 && local.isLinkLocal ? interface : 0,
            high: local.high,
            low: local.low
        )
        // SAFETY: the shim writes inside this slot's control memory.
        unsafe csystem_set_packet_local(&headers[index].msg_hdr, wanted)
    }

    // MARK: The system

    /// Receives what is there, without waiting.
    ///
    /// `tellsLocal`: whether the socket tells which address a datagram was sent to. Of one bound to
    /// a single address nobody asks, and the system has nothing to write down.
    ///
    /// `isConnected`: the socket has one peer, so that what an earlier datagram met is thrown.
    mutating func receive(
        from descriptor: CInt,
        tellsLocal: Bool,
        isConnected: Bool = false
    ) throws(SystemError) {
        let controlByteCount = tellsLocal ? Self.controlByteCount : 0
        if controlByteCount != offeredControlByteCount {
            offeredControlByteCount = controlByteCount
            usedCount = Self.maximumCount
        }
        for index in 0..<usedCount {
            unsafe vectors[index].iov_len = slotByteCount
            unsafe headers[index].msg_hdr.msg_namelen =
                socklen_t(MemoryLayout<sockaddr_storage>.size)
            unsafe headers[index].msg_hdr.msg_controllen = controlByteCount
        }
        count = 0
        usedCount = 0
        do throws(SystemError) {
            count = try check("recvmmsg") {
                unsafe Int(csystem_recvmmsg(descriptor, headers, UInt32(Self.maximumCount)))
            }
            usedCount = count
        } catch {
            // An earlier answer that bounced is told here; it says nothing about this socket.
            if error.wouldBlock || error.code == ECONNREFUSED && !isConnected { return }
            throw error
        }
    }

    /// Sends everything; what cannot be sent is left out, so that it blocks nothing behind it.
    ///
    /// The result is the number of datagrams that were not sent.
    mutating func send(to descriptor: CInt) -> Int {
        var done = 0
        var failureCount = 0
        while done < count {
            let result = unsafe csystem_sendmmsg(descriptor, headers + done, UInt32(count - done))
            if result > 0 {
                done += Int(result)
            } else if result == 0 || errno != EINTR {
                failureCount += 1
                done += 1
            }
        }
        count = 0
        return failureCount
    }
}
