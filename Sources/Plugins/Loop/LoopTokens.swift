// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// The questions of this process that are out to see whether they come back.
///
/// Only questions for HINFO whose name may be such a token meet its lock.
final class LoopTokens: Sendable {
    /// The most questions that are out at the same time, one for an upstream.
    static let maximumCount = 1_024

    private let states = Mutex<[LoopToken: LoopState]>([:])

    init() {}

    /// The tokens of the process: those of the blocks before, or of the configuration before.
    static func shared(_ setup: inout Setup) -> LoopTokens {
        let key = "forward: loop tokens"
        let tokens =
            setup.held(key, as: LoopTokens.self)
            ?? setup.previous(key, as: LoopTokens.self)
            ?? LoopTokens()
        setup.kept[key] = tokens
        return tokens
    }

    /// Notes that a question is out in place of the one before; false when too many are.
    func add(_ token: LoopToken, of state: LoopState) -> Bool {
        states.withLock { states in
            if let before = states.first(where: { $0.value === state }) {
                states[before.key] = nil
            }
            guard states.count < Self.maximumCount else { return false }
            states[token] = state
            return true
        }
    }

    func remove(_ token: LoopToken) { states.withLock { $0[token] = nil } }

    /// Answers a question of this server's own that has come back; false for any other.
    ///
    /// A function of its own also where the whole program is optimised: it locks, which its caller
    /// must not.
    @inline(never)
    func catches(_ query: borrowing Query, _ answer: inout Answer) -> Bool {
        guard let token = LoopToken(of: query), let state = states.withLock({ $0[token] }) else {
            return false
        }
        state.noteReturn()
        answer.code = .refused
        answer.extendedError = ExtendedError(.other, "a question of this server's own")
        return true
    }
}
