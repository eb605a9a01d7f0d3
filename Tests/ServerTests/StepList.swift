// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// What a plugin did, in its order: a word, and the ID of the message that it did it with.
final class StepList: Sendable {
    private let list = Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }

    /// A plugin that writes down what it is shown and what it is asked; it answers with so many
    /// addresses, or never.
    func plugin(addressCount: Int? = 1) -> ScriptedPlugin {
        ScriptedPlugin(
            prefetching: { message in
                let id = message.uint16(at: 0)
                self.list.withLock { $0.append("look \(id)") }
            },
            answering: { query, answer in
                let id = query.header.id
                self.list.withLock { $0.append("answer \(id)") }
                guard let addressCount else { return .wait }
                for number in 0..<addressCount {
                    let address = IPAddress(v4: UInt32(number))
                    answer.append(.answer, .question, address, ttl: 5)
                }
                return .done
            }
        )
    }
}
