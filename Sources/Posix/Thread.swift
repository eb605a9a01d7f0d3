// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// A thread of our own, joined exactly once.
@safe package struct Thread: ~Copyable {
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

    /// Starts `body` on a new thread; `name` has at most 15 bytes.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var number = pthread_t()
        // SAFETY: the new thread takes the one reference that is passed.
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        let result = unsafe pthread_create(
            &number,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                unsafe csystem_name_thread(start.name)
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
    }
}
