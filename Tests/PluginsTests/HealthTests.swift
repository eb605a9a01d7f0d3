// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing

@Suite struct HealthTests {
    @Test func saysThatItLives() throws {
        let (_, setup) = try Surroundings().make(Health.self, "health")
        let page = try #require(setup.pages.first)

        let response = page.answer()

        #expect(page.port == 8_080)
        #expect(page.path == "/health")
        #expect(response.status == 200)
        #expect(response.body == "OK")
        #expect(setup.lameduckMilliseconds == 0)
    }

    @Test func delaysTheEnd() throws {
        let text = "health :0 {\n  lameduck 1.5s\n}"

        let (_, setup) = try Surroundings().make(Health.self, text)

        #expect(setup.lameduckMilliseconds == 1_500)
    }

    @Test(arguments: [
        ("health {\n  lameduck\n}", "Corefile:2:3: 'lameduck' wants a duration"),
        (
            "health {\n  lameduck 5\n}",
            "Corefile:2:12: '5' is no duration like '30s' or '250ms'"
        ),
        ("health {\n  lameduck 25h\n}", "Corefile:2:12: '25h' must be 0s to 24h"),
        (
            "health {\n  lameduck 1s 2s\n}",
            "Corefile:2:15: '2s' is one argument too many; 'lameduck' wants a duration"
        ),
    ])
    func refusesWhatIsNoDelay(text: String, expected: String) throws {
        #expect(try refusal(of: Health.self, text) == expected)
    }
}
