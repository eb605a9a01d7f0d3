// SPDX-License-Identifier: Apache-2.0

import Plugin
import Synchronization
import Testing

@Suite struct ReadinessBoardTests {
    @Test func namesEachPluginThatIsNotReadyOnce() {
        let board = ReadinessBoard()
        board.replace(with: [
            Readiness(plugin: "kubernetes") { false }, Readiness(plugin: "file") { true },
            Readiness(plugin: "kubernetes") { false }, Readiness(plugin: "a") { false },
        ])

        #expect(board.missing(isOnce: true) == ["a", "kubernetes"])
    }

    @Test func asksOneThatWasReadyAgainOnlyWhenTold() {
        let answers = Mutex([true, false, false])
        let board = ReadinessBoard()
        board.replace(with: [
            Readiness(plugin: "kubernetes") { answers.withLock { $0.removeFirst() } }
        ])

        #expect(board.missing(isOnce: true).isEmpty)
        #expect(board.missing(isOnce: true).isEmpty)
        #expect(board.missing(isOnce: false) == ["kubernetes"])
        #expect(answers.withLock { $0.count } == 1)
    }

    @Test func isReplacedWhileSomebodyIsAsked() {
        let board = ReadinessBoard()
        board.replace(with: [
            Readiness(plugin: "file") { true },
            Readiness(plugin: "kubernetes") {
                board.replace(with: [Readiness(plugin: "a") { false }])
                return true
            },
        ])

        #expect(board.missing(isOnce: true).isEmpty)
        #expect(board.missing(isOnce: true) == ["a"])
    }

    @Test func remembersThatTheServerStops() {
        let board = ReadinessBoard()

        #expect(!board.isStopping)
        board.stop()
        #expect(board.isStopping)
    }
}
