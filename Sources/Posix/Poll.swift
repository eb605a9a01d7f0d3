// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// What a descriptor is watched for.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let input = Interest(rawValue: 1)
    package static let output = Interest(rawValue: 4)
    /// An error, or both directions closed; always told, never asked for.
    package static let failure = Interest(rawValue: 8)
}

/// Waits for many descriptors at once (epoll, level-triggered).
@safe package struct Poll: ~Copyable {
    /// The most events of one wait.
    package static let maximumEventCount = 256

    private let descriptor: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>

    package init() throws(SystemError) {
        let number = try check("epoll_create1") { Int(epoll_create1(CInt(O_CLOEXEC))) }
        descriptor = Descriptor(owning: CInt(number))
        // SAFETY: freed by the one owner.
        unsafe events = .allocate(capacity: Self.maximumEventCount)
        unsafe events.initialize(repeating: epoll_event(), count: Self.maximumEventCount)
    }

    deinit { unsafe events.deallocate() }

    /// Watches a descriptor; its events carry `token`.
    package borrowing func add(
        _ number: CInt,
        _ interest: Interest,
        token: UInt64
    ) throws(SystemError) {
        try control(EPOLL_CTL_ADD, number, interest, token)
    }

    /// Changes what a descriptor is watched for.
    package borrowing func change(
        _ number: CInt,
        _ interest: Interest,
        token: UInt64
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, number, interest, token)
    }

    /// Watches a descriptor no longer; closing it does the same.
    package borrowing func remove(_ number: CInt) {
        // It may have gone already; then there is nothing to remove.
        try? control(EPOLL_CTL_DEL, number, [], 0)
    }

    private borrowing func control(
        _ operation: CInt,
        _ number: CInt,
        _ interest: Interest,
        _ token: UInt64
    ) throws(SystemError) {
        // SAFETY: the union in it is only ever used for its 64 bits.
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.u64 = token
        let descriptor = descriptor.number
        try check("epoll_ctl") { unsafe Int(epoll_ctl(descriptor, operation, number, &event)) }
    }

    /// Waits for events, at most so long, and tells their number; nil waits without end.
    package borrowing func wait(milliseconds: Int?) throws(SystemError) -> Int {
        let timeout = milliseconds.map { CInt(clamping: max(0, $0)) } ?? -1
        let result = unsafe epoll_wait(
            descriptor.number,
            events,
            CInt(Self.maximumEventCount),
            timeout
        )
        if result >= 0 { return Int(result) }
        if errno == EINTR { return 0 }
        throw SystemError(call: "epoll_wait", code: errno)
    }

    /// The token of the event at `index` of the last wait, and what it tells.
    ///
    /// A failure is told as input too: reading then says what it is.
    package borrowing func event(at index: Int) -> (token: UInt64, interest: Interest) {
        precondition(index < Self.maximumEventCount, "there are fewer events")
        let flags = unsafe events[index].events
        var interest = Interest(rawValue: flags & 5)
        if flags & ~5 != 0 { interest.formUnion([.input, .failure]) }
        return (unsafe events[index].data.u64, interest)
    }
}

/// Wakes a poll from another thread.
package final class Wakeup: Sendable {
    private let descriptor: Descriptor

    package init() throws(SystemError) {
        let number = try check("eventfd") {
            Int(eventfd(0, CInt(O_CLOEXEC) | CInt(O_NONBLOCK)))
        }
        descriptor = Descriptor(owning: CInt(number))
    }

    /// The number to poll for input.
    package var number: CInt { descriptor.number }

    /// Makes it readable.
    package func wake() {
        var one: UInt64 = 1
        // It fails only when it is readable already.
        _ = unsafe write(descriptor.number, &one, 8)
    }

    /// Makes it quiet again.
    package func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor.number, &count, 8)
    }
}
