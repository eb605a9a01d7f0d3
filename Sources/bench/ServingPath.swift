// SPDX-License-Identifier: Apache-2.0

/// The functions that bring a query to its answer, by the beginnings of their mangled names.
struct ServingPath {
    /// Functions in which locking is right, and why.
    struct Exception {
        let beginning: String
        let reason: String
    }

    let name: String
    /// The function that all others are reached from.
    let start: String
    /// What may lock, because an answer from memory does not come there.
    let exceptions: [Exception]

    /// Whether a function, and what it calls, may lock.
    func excuses(_ function: String) -> Bool {
        exceptions.contains { function.hasPrefix($0.beginning) }
    }

    /// What holds for both transports.
    private static let common = [
        Exception(
            beginning: "$s6Server8CoreDeskC",
            reason: "a query that must wait becomes a task, whose queue has a lock"
        ),
        Exception(
            beginning: "$s7Plugins11KeptAnswersV",
            reason: "what upstreams answered is found behind the lock of one shard"
        ),
        Exception(
            beginning: "$s7Plugins11AnswerCacheC4find",
            reason: "what upstreams answered is found behind the lock of one shard"
        ),
        Exception(
            beginning: "$s7Plugins10LoopTokensC7catches",
            reason: "a question for HINFO may be one of ours that came back"
        ),
        Exception(
            beginning: "$s7Plugins6ErrorsV6finish",
            reason: "an answer that failed is noted; whether it did is asked before"
        ),
        Exception(
            beginning: "$s7Plugins6ErrorsV6report",
            reason: "an answer that failed is noted for the log"
        ),
    ]

    /// `Server.Worker.serveDatagrams`.
    static let datagrams = ServingPath(
        name: "udp",
        start: "$s6Server6WorkerV14serveDatagrams",
        exceptions: common
    )

    /// `Server.StreamSockets.serve`.
    static let streams = ServingPath(
        name: "tcp",
        start: "$s6Server13StreamSocketsV5serve",
        exceptions: common + [
            Exception(
                beginning: "$s6Server13StreamSocketsV5close",
                reason: "a connection that ends is counted off, once in its life"
            ),
            Exception(
                beginning: "$s6Server13StreamSocketsV7account",
                reason: "what a connection keeps between two turns has changed, as when an answer "
                    + "could not be sent, or a message came in part"
            ),
        ]
    )

    static let all = [datagrams, streams]
}
