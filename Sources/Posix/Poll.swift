// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// What a descriptor is watched for.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let input = Interest(rawValue: EPOLLIN.rawValue)
    package static let output = Interest(rawValue: EPOLLOUT.rawValue)
    /// An error, or both directions closed; always told, never asked for.
    package static let failure = Interest(rawValue: EPOLLERR.rawValue)
    /// Told once for each change, not again and again until it was served; asked for, never told.
    package static let onlyChanges = Interest(rawValue: EPOLLET.rawValue)
}

/// Waits for many descriptors at once (epoll).
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
        return try Self.count(result)
    }

    /// Waits for events, at most so long to the nanosecond, and tells their number.
    package borrowing func wait(nanoseconds: Int) throws(SystemError) -> Int {
        let (seconds, rest) = max(0, nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        var timeout = timespec(tv_sec: seconds, tv_nsec: rest)
        // SAFETY: the system writes at most as many events as it is told.
        let result = unsafe csystem_wait(
            descriptor.number,
            events,
            CInt(Self.maximumEventCount),
            &timeout
        )
        return try Self.count(result)
    }

    /// How many events a call has told; none when a signal came first.
    private static func count(_ result: CInt) throws(SystemError) -> Int {
        if result >= 0 { return Int(result) }
        if errno == EINTR { return 0 }
        throw SystemError(call: "epoll_wait", code: errno)
    }

    /// The token of the event at `index` of the last wait, and what it tells.
    ///
    /// A failure is told as input too: reading then says what it is.
    package borrowing func event(at index: Int) -> (token: UInt64, interest: Interest) {
        precondition(index >= 0 && index < Self.maximumEventCount, "there are fewer events")
        // SAFETY: initialised as a whole, and the index was checked.
        let told = Interest(rawValue: unsafe events[index].events)
        let token = unsafe events[index].data.u64
        let plain = told.intersection([.input, .output])
        return (token, told == plain ? plain : plain.union([.input, .failure]))
    }
}
