// SPDX-License-Identifier: Apache-2.0

/// What queries cost, from two profiles of the same thread, the second with more queries.
struct Growth: Equatable {
    /// A caller and how often it calls into the runtime for 1,000 queries.
    struct Caller: Equatable {
        let call: CallgrindProfile.Call
        let perThousand: Int
    }

    /// A call counts when it is made more often than once for so many queries.
    ///
    /// One that is made once a batch is, because a batch has 64 queries at most; what a tick of a
    /// second or a new configuration does is not.
    private static let queriesPerCall = 128
    /// So many calls the ticks of one load can make; with fewer than 64 times as many queries, a call
    /// that is made once a batch could pass for a tick's.
    private static let maximumTickCallCount = 60

    /// Instructions outside the system; what does not grow with the queries is not among them.
    let instructionsPerQuery: Int
    /// Those that call into the runtime as queries come, most calls first.
    let callers: [Caller]

    /// All calls into the runtime for 1,000 queries, each caller's rounded up.
    var callsPerThousand: Int { callers.reduce(0) { $0 + $1.perThousand } }

    /// `short` had fewer queries than `long`.
    init(
        from short: (profile: CallgrindProfile, queries: Int),
        to long: (profile: CallgrindProfile, queries: Int)
    ) {
        let added = max(1, long.queries - short.queries)
        let instructions = long.profile.instructionCount - short.profile.instructionCount
        instructionsPerQuery = (instructions + added - 1) / added
        let limit = max(long.queries / Self.queriesPerCall, Self.maximumTickCallCount)
        callers = long.profile.calls
            .compactMap { call, count in
                // What the runtime calls in turn was counted when it was called.
                guard count > limit, RuntimeCalls.contains(call.callee),
                    !RuntimeCalls.isRuntime(call.caller)
                else { return nil }
                let perThousand = (count * 1_000 + long.queries - 1) / long.queries
                return Caller(call: call, perThousand: perThousand)
            }
            .sorted {
                ($1.perThousand, $0.call.caller, $0.call.callee)
                    < ($0.perThousand, $1.call.caller, $1.call.callee)
            }
    }
}

/// The functions that an answer from memory must not call: they count references, allocate, lock,
/// or look something up behind a lock.
///
/// `swift_isUniquelyReferenced` is not among them: it only reads what its own thread wrote.
enum RuntimeCalls {
    private static let names: Set<Substring> = [
        "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "memalign",
        "syscall",
    ]
    private static let beginnings = [
        "swift_retain", "swift_release", "swift_bridgeObject", "swift_unknownObject",
        "swift_nonatomic_", "swift_weak", "swift_unowned", "swift_alloc", "swift_dealloc",
        "swift_slowAlloc", "swift_slowDealloc", "swift_once", "swift_beginAccess",
        "swift_endAccess", "swift_dynamicCast", "swift_conformsToProtocol",
        "swift_getGenericMetadata", "swift_getTypeByMangledName", "swift_task_",
        "swift_continuation_", "operator new", "operator delete", "pthread_mutex_",
        "pthread_rwlock_", "pthread_cond_", "pthread_once",
    ]

    static func contains(_ function: String) -> Bool {
        let name = function.drop { $0 == "_" }
        // Versions stand behind an @, depths of recursion behind an apostrophe.
        return names.contains(name.prefix { $0 != "@" && $0 != "'" })
            || beginnings.contains { name.hasPrefix($0) }
    }

    /// Whether a function belongs to the runtime itself, which is written in C++.
    static func isRuntime(_ function: String) -> Bool {
        contains(function) || function.contains("swift::") || function.hasPrefix("swift_")
    }
}
