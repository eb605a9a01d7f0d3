// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Wire

/// Keeps what upstreams answered, for all workers in one place.
///
/// Only `forward` asks it and fills it: what zones, clusters and hosts files answer comes from
/// memory anyway, so that a change of theirs is visible at the next query. Answers that have run
/// out are given when no upstream answers in time (RFC 8767); failures are kept shortly (RFC 9520);
/// denials as long as their SOA record says (RFC 2308).
package struct Cache: Plugin {
    package static let manual = Manual(
        name: "cache",
        summary: "keeps answers of upstreams, and gives old ones when these fail",
        usage: "[TTL] [ZONES...]",
        options: [
            Manual.Option(
                "capacity SIZE",
                "the memory for answers, denials and failures together: 64MB; 1MB to 1024GB"
            ),
            Manual.Option(
                "success CAPACITY [TTL] [MINTTL]",
                "how many answers are kept at most, and for how many seconds: as many as fit, "
                    + "3600 and 5"
            ),
            Manual.Option(
                "denial CAPACITY [TTL] [MINTTL]",
                "the same for missing names and types: as many as fit into half of the memory, "
                    + "1800 and 5"
            ),
            Manual.Option(
                "prefetch AMOUNT [DURATION] [PERCENTAGE%]",
                "ask again early for what was asked AMOUNT times without a gap of DURATION (1m), "
                    + "when PERCENTAGE (10%, 10 to 90) of its time is left; off by default"
            ),
            Manual.Option(
                "serve_stale [DURATION] [immediate|verify ...]",
                "give what ran out up to DURATION ago. immediate [TTL [RECHECK]]: at once, while an "
                    + "upstream is asked; verify [TIMEOUT [TTL [RECHECK]]]: when none has answered "
                    + "within TIMEOUT, 0 for when all have failed. Without this option: 24h verify "
                    + "1.8s 30s 1s; with it 1h immediate 30s 1s. RECHECK: how long nobody is asked "
                    + "again after a failure; for 30s after that an upstream is asked and no client "
                    + "waits for it"
            ),
            Manual.Option("serve_stale off", "never give what has run out"),
            Manual.Option(
                "serve_stale_policy prefer_positive",
                "prefer old answers over missing names; wants serve_stale"
            ),
            Manual.Option(
                "servfail DURATION",
                "how long failures are kept at most: 5s, at most 5m; the first of several for 1s, "
                    + "each further one for twice as long; 0 for not at all"
            ),
            Manual.Option("disable success|denial [ZONES...]", "keep no such answers"),
            Manual.Option(
                "file PATH [DURATION]",
                "keep answers over a restart: written at the end and every DURATION (10m, 10s to 24h), "
                    + "read at the start. Times to live count on while nobody serves; a file that is "
                    + "damaged, from the future, or of other upstreams is not used"
            ),
            Manual.Option("keepttl", "answer with the first time to live, not with what is left"),
        ],
        commands: [
            Manual.Option(
                "cache [-o wide|json]",
                "how many answers and denials are kept in how much memory, how often they were found, "
                    + "not found, given old, and thrown out to make room; wide: also for which share of "
                    + "the questions each kind was given"
            ),
            Manual.Option(
                "cache get NAME [TYPE]",
                "what is kept for a name, with the times to live that are left; DO and CD answers are "
                    + "kept apart. That a name does not exist is kept once for all types"
            ),
            Manual.Option(
                "cache flush NAME [TYPE] | --zone ZONE | --all",
                "forget what is kept of a name, of a zone and all below it, or of all, for all workers at "
                    + "once. An answer to a question that is being asked meanwhile may still be kept, "
                    + "and a 'file' holds what it held until it is written again"
            ),
        ],
        example: """
            cache 30 {
                capacity 128MB
                disable denial cluster.local
            }
            """,
        metrics: CacheMetrics.names
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        setup.left[KeptAnswers.settingsKey] = try CacheSettings(stanza, zones: setup.zones)
    }
}
