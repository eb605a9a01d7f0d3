// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// A thread of our own, joined once or let go.
@safe package struct Thread: ~Copyable {
    /// The longest name that the system takes, in bytes.
    package static let maximumNameByteCount = 15

    /// What a new thread is given.
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let number: pthread_t

    /// Starts `body` on a new thread; of `name` the first 15 bytes are used.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let name = String(decoding: name.utf8.prefix(Self.maximumNameByteCount), as: UTF8.self)
        var number = pthread_t()
        // SAFETY: the new thread takes the one reference that is passed.
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        let result = unsafe pthread_create(
            &number,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                // A thread without its name works as well.
                _ = unsafe csystem_name_thread(start.name)
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard result == 0 else {
            unsafe start.release()
            throw SystemError(call: "pthread_create", code: result)
        }
        self.number = number
    }

    /// Waits until the thread has ended.
    package consuming func join() {
        pthread_join(number, nil)
        discard self
    }

    /// A thread that nobody joins cleans up after itself.
    deinit { pthread_detach(number) }

    /// The name of the calling thread.
    package static var currentName: String {
        var name = [CChar](repeating: 0, count: maximumNameByteCount + 1)
        // SAFETY: the system writes at most as many bytes as it is told.
        _ = unsafe name.withUnsafeMutableBufferPointer {
            unsafe csystem_thread_name($0.baseAddress, $0.count)
        }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Moves the calling thread to the network at a path like `/run/netns/NAME`: the sockets that it
    /// makes from then on are there.
    package static func enterNetwork(at path: String) throws(SystemError) {
        let number = try check("open \(path)") { unsafe Int(open(path, O_RDONLY | O_CLOEXEC)) }
        let network = Descriptor(owning: CInt(number))
        let result = csystem_enter_network(network.number)
        guard result == 0 else { throw SystemError(call: "setns \(path)", code: errno) }
    }

    /// How long the slices of a thread that gives way are, in nanoseconds: longer than others', which
    /// then need not wait for the end of one.
    private static let yieldingSliceNanoseconds: UInt64 = 10_000_000

    /// Lets other threads go before the calling one from now on, and before those that it starts.
    ///
    /// They take the processor from it as soon as they have something to do. Its share stays what it
    /// was: with a nice value of 10, a reload took nine times as long on a machine that was busy with
    /// something else.
    package static func giveWay() throws(SystemError) {
        let code = csystem_give_way(yieldingSliceNanoseconds)
        if code != 0 { throw SystemError(call: "sched_setattr", code: code) }
    }

    /// Whether the calling thread gives way.
    package static var givesWay: Bool { csystem_is_batch() != 0 }

    /// Rests for a time that is much shorter than what anybody notices.
    package static func rest(nanoseconds: Int) {
        var time = timespec(tv_sec: 0, tv_nsec: min(max(0, nanoseconds), 999_999_999))
        // A signal ends it early, which is as good.
        _ = unsafe nanosleep(&time, nil)
    }

    /// Keeps the calling thread on one processor, one of `Process.processors`.
    package static func stay(onProcessor processor: Int) throws(SystemError) {
        let code = csystem_stay_on_processor(CInt(clamping: processor))
        if code != 0 { throw SystemError(call: "pthread_setaffinity_np", code: code) }
    }
}
