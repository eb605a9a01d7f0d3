// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import YAML

@Suite struct DecodedObjectTests {
    private static func namespaces(_ count: Int) -> [UInt8] {
        let one = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n---\n"
        return Array(String(repeating: one, count: count).utf8)
    }

    @Test func readsEveryDocumentAndPassesEmptyOnesOver() {
        let text =
            "---\n# nothing\n---\nnull\n---\n" + String(decoding: Self.namespaces(2), as: UTF8.self)

        let found = DecodedObject.all(in: Array(text.utf8), of: "f")

        #expect(found.map(\.position.line) == [6, 10])
        #expect(found.allSatisfy { !$0.isBroken })
    }

    @Test func limitsTheObjectsOfAFile() {
        let atLimit = DecodedObject.all(in: Self.namespaces(3), of: "f", maximumCount: 3)
        let past = DecodedObject.all(in: Self.namespaces(4), of: "f", maximumCount: 3)

        #expect(atLimit.count == 3)
        #expect(atLimit.allSatisfy { !$0.isBroken })
        #expect(past.count == 4)
        #expect(
            past[3].mistakes.map(\.description) == [
                "f:13:1: more than 3 objects in one file; split it"
            ]
        )
    }

    @Test func limitsTheMistakesOfAFile() {
        let text = Array(String(repeating: "a\n---\n", count: 4).utf8)

        let found = DecodedObject.all(in: text, of: "f", maximumMistakeCount: 3)

        #expect(found.map(\.mistakes.count) == [1, 1, 1, 0])
        #expect(found.allSatisfy { $0.isBroken })
    }

    @Test func tellsWhyAnObjectIsNotUsedBehindManyWarnings() {
        let unknown = (0..<25).map { "  unknown\($0): 1\n" }.joined()
        let text =
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n\(unknown)"
            + "  ports: [{port: 0}]\n"

        let found = DecodedObject.all(in: Array(text.utf8), of: "f")

        #expect(found.map(\.isBroken) == [true])
        #expect(found[0].mistakes.count == 20)
        #expect(found[0].mistakes.map(\.isWarning) == Array(repeating: true, count: 19) + [false])
    }

    /// Looking for the path of each would take minutes.
    @Test func isNotHeldUpByTheSameMistakeAgainAndAgain() {
        let endpoint = "- {addresses: [10.0.0.1], nod: a, conditions: {ready: true}}\n"
        let text =
            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: a}\n"
            + "addressType: IPv4\nendpoints:\n" + String(repeating: endpoint, count: 20_000)

        let found = DecodedObject.all(in: Array(text.utf8), of: "f")

        #expect(found.map(\.mistakes.count) == [20])
        // It is too long as well.
        #expect(found[0].mistakes.map(\.isWarning) == [false] + Array(repeating: true, count: 19))
    }
}
