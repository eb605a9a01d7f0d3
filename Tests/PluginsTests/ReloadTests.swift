// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing

@Suite struct ReloadTests {
    @Test(
        arguments: [
            ("reload", 30_000, 15_000),
            ("reload 2s", 2_000, 1_000),
            ("reload 10s 1s", 10_000, 1_000),
            ("reload 10s 0s", 10_000, 0),
            ("reload 10s 9s", 10_000, 5_000),
            ("reload 1m30s 0.5m", 90_000, 30_000),
        ] as [(String, UInt64, UInt64)]
    )
    func setsIntervalAndJitter(text: String, interval: UInt64, jitter: UInt64) throws {
        let (_, setup) = try Surroundings().make(Reload.self, text)

        #expect(
            setup.corefileInterval
                == CorefileInterval(intervalMilliseconds: interval, jitterMilliseconds: jitter)
        )
    }

    @Test(arguments: [
        ("reload 1999ms", "Corefile:1:8: '1999ms' must be 2s to "),
        ("reload 10s 999ms", "Corefile:1:12: '999ms' must be 0 or at least 1s"),
        ("reload 10", "Corefile:1:8: '10' is no duration like '30s' or '250ms'"),
        ("reload 10s 1s 1s", "Corefile:1:15: '1s' is one argument too many for 'reload'"),
    ])
    func refusesWhatIsNoInterval(text: String, expected: String) throws {
        #expect(try refusal(of: Reload.self, text)?.hasPrefix(expected) == true)
    }
}
