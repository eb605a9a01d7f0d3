// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Synchronization
import Testing
import Wire

@Suite struct ReadyTests {
    @Test func answersFromTheReadinessOfEveryBlock() throws {
        let (_, setup) = try Surroundings().make(Ready.self, "ready")
        let page = try #require(setup.pages.first)
        let isReady = Mutex(false)

        #expect(page.answer().status == 200)
        let names = ["kubernetes", "file"]
        setup.board.replace(
            with: names.map { name in Readiness(plugin: name) { isReady.withLock { $0 } } }
        )
        #expect(page.answer().status == 503)
        #expect(page.answer().body == "file,kubernetes")
        isReady.withLock { $0 = true }
        #expect(page.answer().status == 200)
        #expect(page.answer().body == "OK")
        setup.board.stop()
        #expect(page.answer().status == 503)
        #expect(page.answer().body == "Shutting down")
    }

    @Test(arguments: [("until-ready", 200), ("continuously", 503)])
    func asksAgainOnlyWhenContinuous(mode: String, status: Int) throws {
        let (_, setup) = try Surroundings().make(Ready.self, "ready {\n  monitor \(mode)\n}")
        let page = try #require(setup.pages.first)
        let isReady = Mutex(true)
        setup.board.replace(with: [Readiness(plugin: "kubernetes") { isReady.withLock { $0 } }])

        #expect(page.answer().status == 200)
        isReady.withLock { $0 = false }
        #expect(page.answer().status == status)
    }

    @Test func servesItsPageWhereItIsTold() throws {
        let (_, usual) = try Surroundings().make(Ready.self, "ready")
        let (_, told) = try Surroundings().make(Ready.self, "ready [::1]:0")

        #expect(usual.pages.map(\.port) == [8_181])
        #expect(usual.pages.map(\.address) == [nil])
        #expect(usual.pages.map(\.path) == ["/ready"])
        #expect(told.pages.map(\.port) == [0])
        #expect(told.pages.map { $0.address?.description } == ["::1"])
    }

    @Test(arguments: [
        (
            "ready 8181",
            "Corefile:1:7: '8181' is no address and port like ':8080', '127.0.0.1:8080' or "
                + "'[::1]:8080'"
        ),
        (
            "ready {\n  monitor often\n}",
            "Corefile:2:11: 'often' is neither 'until-ready' nor 'continuously'"
        ),
        (
            "ready {\n  monitor\n}",
            "Corefile:2:3: 'monitor' wants 'until-ready' or 'continuously'"
        ),
    ])
    func refusesWhatItCannotServe(text: String, expected: String) throws {
        #expect(try refusal(of: Ready.self, text) == expected)
    }
}
