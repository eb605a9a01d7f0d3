// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Wire

/// One entry of a cache as people look at it.
struct KeptEntry: Sendable {
    let name: Name
    let type: RecordType
    let keyBits: UInt8
    let kind: CacheKind
    let code: ResponseCode
    /// The message that it was kept from, its first times to live in it.
    let message: [UInt8]
    let stored: Moment
    let expires: Moment
    /// How many failures came one after the other.
    let failureCount: Int
}

extension AnswerCache {
    /// The entries that are meant, at most so many; each that was there all the time is found.
    func entries(_ selection: CacheSelection, atMost maximum: Int) -> [KeptEntry] {
        var found: [KeptEntry] = []
        visit { shard, cell in
            guard found.count < maximum, let entry = shard.entry(cell, where: selection) else {
                return
            }
            found.append(entry)
        }
        return found
    }

    /// Takes out the entries that are meant, and tells how many; no worker finds them any more.
    ///
    /// An entry that comes meanwhile may stay.
    func flush(_ selection: CacheSelection) -> Int {
        var count = 0
        visit { shard, cell in
            guard shard.isMeant(cell, selection) else { return }
            shard.remove(cell)
            count += 1
        }
        return count
    }

    /// Goes through all entries, some at a time: nobody may wait long for a shard.
    private func visit(_ body: (inout CacheShard, UInt32) -> Void) {
        for index in 0..<shardCount {
            var next: UInt32? = 0
            while let cell = next {
                next = shards[index].withLock { shard in shard.visit(from: cell, body) }
            }
        }
    }
}
