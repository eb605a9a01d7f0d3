// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Server

@Suite struct KernelBlockTests {
    private static let oracle = Oracle(["a.example.": [1]])

    /// Why a block with these plugins is refused; nil when it is not.
    private func refusal(_ plugins: [any Plugin]) -> String? {
        do throws(KernelBlock.Refusal) {
            _ = try KernelBlock(KernelFixture.block(plugins), at: 0)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func takesWhatNobodyHasToSee() throws {
        let plugins: [any Plugin] = [Abacus(), Onlooker(sparing: true), Self.oracle]

        let block = try KernelBlock(KernelFixture.block(plugins, zones: ["a.", "b."]), at: 3)

        #expect(block.index == 3)
        #expect(block.place == 2)
        #expect(block.talliers.count == 1)
        #expect(block.zoneCount == 2)
    }

    @Test func refusesObserversThatSeeEachQuery() {
        let plugins: [any Plugin] = [Self.oracle, Watcher()]

        #expect(refusal(plugins) == "'watcher' has to see every query")
    }

    @Test func refusesFinishersInFrontThatSeeEachAnswer() {
        let plugins: [any Plugin] = [Onlooker(sparing: false), Self.oracle]

        #expect(refusal(plugins) == "'onlooker' looks at every answer")
        // Behind the one who answers it would not be asked.
        #expect(refusal([Self.oracle, Onlooker(sparing: false)]) == nil)
    }

    @Test func refusesBlocksInWhichAnotherAnswersFirst() {
        let reason = "no plugin that comes first knows its answers beforehand"

        #expect(refusal([ScriptedPlugin(), Self.oracle]) == reason)
        #expect(refusal([Abacus()]) == reason)
        #expect(refusal([]) == reason)
    }
}
