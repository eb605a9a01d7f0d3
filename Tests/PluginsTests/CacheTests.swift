// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing

@Suite struct CacheTests {
    @Test(arguments: [
        "cache", "cache 30", "cache 30 example.org 192.0.2.0/24", "cache example.org",
        "cache {\n  success 5000\n  denial 5000 30 0\n}",
        "cache {\n  prefetch 10 1m 20%\n  servfail 0\n  keepttl\n}",
        "cache {\n  serve_stale\n  serve_stale_policy prefer_positive\n}",
        "cache {\n  serve_stale 2h immediate 30s 5m\n}",
        "cache {\n  serve_stale verify 100ms 30s 1m\n}",
        "cache 30 {\n  disable success cluster.local\n  disable denial\n}",
        "cache {\n  capacity 1MB\n  serve_stale off\n}", "cache {\n  capacity 1024GB\n}",
        "cache {\n  capacity 2000000\n  serve_stale verify 0\n}",
        "cache {\n  file kept\n}", "cache {\n  file /var/lib/apus/kept 10s\n}",
    ])
    func takesEveryOption(text: String) throws {
        #expect(try refusal(of: Cache.self, text) == nil)
    }

    @Test(arguments: [
        ("cache 0", "Corefile:1:7: '0' is no number from 1 to 4294967295"),
        (
            "cache {\n  success\n}",
            "Corefile:2:3: 'success' wants a capacity, and at most a TTL and a smallest TTL"
        ),
        ("cache {\n  denial 1 0\n}", "Corefile:2:12: '0' is no number from 1 to 4294967295"),
        ("cache {\n  prefetch 1 1m 9%\n}", "Corefile:2:17: '9%' is no percentage from 10% to 90%"),
        ("cache {\n  prefetch 1 1m 50\n}", "Corefile:2:17: '50' is no percentage from 10% to 90%"),
        ("cache {\n  servfail 301s\n}", "Corefile:2:12: '301s' must be 0s to 5m"),
        (
            "cache {\n  serve_stale 1h later\n}",
            "Corefile:2:18: 'later' is neither 'immediate' nor 'verify'"
        ),
        (
            "cache {\n  serve_stale immediate 100ms\n}",
            "Corefile:2:25: '100ms' must be whole seconds"
        ),
        (
            "cache {\n  serve_stale immediate 1s 6m\n}",
            "Corefile:2:28: '6m' must be 0s to 5m"
        ),
        (
            "cache {\n  serve_stale immediate 1s 1m x\n}",
            "Corefile:2:31: 'x' is one argument too many for 'serve_stale'"
        ),
        (
            "cache {\n  serve_stale_policy prefer_positive\n}",
            "Corefile:2:3: 'serve_stale_policy' means nothing without 'serve_stale'"
        ),
        (
            "cache {\n  serve_stale\n  serve_stale_policy x\n}",
            "Corefile:3:22: unknown policy 'x'; 'prefer_positive' is known"
        ),
        (
            "cache {\n  disable all\n}",
            "Corefile:2:11: 'all' is neither 'success' nor 'denial'"
        ),
        (
            "cache {\n  capacity 1023KB\n}",
            "Corefile:2:12: '1023KB' is no size from 1MB to 1024GB, like '64MB'"
        ),
        (
            "cache {\n  capacity 1025GB\n}",
            "Corefile:2:12: '1025GB' is no size from 1MB to 1024GB, like '64MB'"
        ),
        (
            "cache {\n  capacity 9223372036854775807KB\n}",
            "Corefile:2:12: '9223372036854775807KB' is no size from 1MB to 1024GB, like '64MB'"
        ),
        (
            "cache {\n  serve_stale off 1h\n}",
            "Corefile:2:19: '1h' is one argument too many; 'serve_stale' wants nothing behind 'off'"
        ),
        ("cache {\n  file\n}", "Corefile:2:3: 'file' wants a path, and at most a duration"),
        ("cache {\n  file a 9s\n}", "Corefile:2:10: '9s' must be 10s to 24h"),
        ("cache {\n  file a 25h\n}", "Corefile:2:10: '25h' must be 10s to 24h"),
        ("cache {\n  keepttl 3\n}", "Corefile:2:11: 'keepttl' takes no argument"),
    ])
    func refusesWhatMeansNothing(text: String, expected: String) throws {
        #expect(try refusal(of: Cache.self, text) == expected)
    }
}
