// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// What the outside world can tell a running server.
package enum Signal: Hashable, Sendable {
    case hangUp
    case user1
    case terminate
    case interrupt
    case quit

    /// The system's number for it.
    var number: CInt {
        switch self {
        case .hangUp: SIGHUP
        case .user1: SIGUSR1
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        }
    }

    /// The name as people know it.
    package var name: String {
        switch self {
        case .hangUp: "SIGHUP"
        case .user1: "SIGUSR1"
        case .terminate: "SIGTERM"
        case .interrupt: "SIGINT"
        case .quit: "SIGQUIT"
        }
    }
}

/// Receives signals as something to poll instead of an interruption.
package struct Signals: ~Copyable, Sendable {
    private static let all: [Signal] = [.hangUp, .user1, .terminate, .interrupt, .quit]

    private let descriptor: Descriptor

    /// Takes all signals of the process; it must come before any thread is started.
    package init() throws(SystemError) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in Self.all { unsafe sigaddset(&set, signal.number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        // Writing to a closed connection is an error to handle, not a reason to die.
        signal(SIGPIPE, SIG_IGN)
        let flags = CInt(O_CLOEXEC) | CInt(O_NONBLOCK)
        let number = try check("signalfd") { unsafe Int(signalfd(-1, &set, flags)) }
        descriptor = Descriptor(owning: CInt(number))
    }

    /// The number to poll for input.
    package var number: CInt { descriptor.number }

    /// The next signal, or nil when there is none.
    package borrowing func next() -> Signal? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard unsafe read(descriptor.number, &information, size) == size else { return nil }
        return Self.all.first { UInt32($0.number) == information.ssi_signo }
    }
}
