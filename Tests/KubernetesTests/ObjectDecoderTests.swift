// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct ObjectDecoderTests {
    @Test(
        "What is no object is told",
        arguments: [
            (
                "just text",
                """
                1:1: "just text" where an object should be: a mapping with apiVersion, kind and \
                metadata
                """
            ),
            (
                "[]",
                """
                1:1: a list where an object should be: a mapping with apiVersion, kind and metadata
                """
            ),
            ("a: 1", "1:1: apiVersion: Required value: such as v1"),
            ("apiVersion: v1", "1:1: kind: Required value: such as Service"),
            (
                "apiVersion: 1\nkind: Pod",
                "1:13: apiVersion: Invalid value: 1: must be a string (in quotes: \"1\")"
            ),
            (
                "apiVersion: v1\nkind: Pod",
                "1:1: Pod: metadata: Required value: a mapping with a name"
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {}",
                "3:11: Pod: metadata.name: Required value: such as 'my-name'"
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-}",
                "3:11: Pod: metadata.name: Required value: such as 'my-name'"
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: []",
                "3:11: Pod: metadata: Invalid value: a list: must be a mapping"
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {name: 1}",
                """
                3:18: Pod "1": metadata.name: Invalid value: 1: must be a string (in quotes: "1")
                """
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: 1.0}}",
                """
                3:33: Pod "p": metadata.labels[a]: Invalid value: 1.0: must be a string (in \
                quotes: "1.0")
                """
            ),
            (
                "apiVersion: v1\nkind: EndpointSlice\nmetadata: {name: e}\naddressType: IPv4",
                """
                1:13: EndpointSlice "e": apiVersion: Invalid value: "v1": must be \
                discovery.k8s.io/v1
                """
            ),
            (
                "apiVersion: apps/v1\nkind: Pod\nmetadata: {name: e}",
                "1:13: Pod \"e\": apiVersion: Invalid value: \"apps/v1\": must be v1"
            ),
        ] as [(String, String)]
    )
    func refusesWhatIsNoObject(text: String, expected: String) {
        #expect(mistakes(text) == [expected])
        #expect(objects(text) == [])
    }

    @Test(
        "A name must keep to the rule of its kind",
        arguments: [
            ("Service", "a-1", true), ("Service", "1-a", false), ("Service", "a.b", false),
            ("Service", "A", false), ("Service", "a-", false), ("Service", "a_b", false),
            ("Service", String(repeating: "a", count: 63), true),
            ("Service", String(repeating: "a", count: 64), false),
            ("Namespace", "1-a", true), ("Namespace", "a.b", false),
            ("Namespace", String(repeating: "1a", count: 32), false),
            ("Pod", "1.a-b.c", true), ("Pod", "a..b", false), ("Pod", ".a", false),
            ("Pod", "-a", false),
            ("Pod", String(repeating: "a", count: 253), true),
            ("Pod", String(repeating: "a", count: 254), false),
        ]
    )
    func checksNames(kind: String, name: String, isRight: Bool) {
        let text =
            "apiVersion: v1\nkind: \(kind)\nmetadata: {name: '\(name)'}\nspec: {clusterIP: None}\n"

        #expect(mistakes(text).contains { $0.contains("metadata.name: Invalid value") } != isRight)
        #expect(objects(text).isEmpty != isRight)
    }

    @Test func knowsWhichObjectABrokenDocumentIsAbout() throws {
        let text = service("clusterIP: x", name: "web")

        let decoded = try #require(DecodedObject.all(in: Array(text.utf8), of: "f").first)

        #expect(decoded.isBroken)
        #expect(decoded.key?.description == "Service default/web")
    }

    @Test(
        "Another kind tells only where it lives, without noise",
        arguments: [
            ("v1", "ConfigMap", "{name: a}", "a", "default"),
            ("v1", "ConfigMap", "{name: a, namespace: ns}", "a", "ns"),
            ("apps.example.org/v1", "Deployment", "{name: a, namespace: ns}", "a", "ns"),
            ("rbac.authorization.k8s.io/v1", "ClusterRole", "{name: 'system:x'}", "system:x", ""),
            ("example.org/v1", "Widget", "{name: a}", "a", ""),
            ("example.org/v1", "Widget", "{name: a, namespace: ns}", "a", "ns"),
            ("example.org/v1", "Widget", "{name: a, namespace: 'N!'}", "a", ""),
            ("serving.knative.dev/v1", "Service", "{name: 1, namespace: ns}", "", "ns"),
            ("kustomize.config.k8s.io/v1beta1", "Kustomization", "null", "", ""),
        ]
    )
    func passesOtherKindsOver(
        version: String,
        kind: String,
        metadata: String,
        name: String,
        namespace: String
    ) {
        let text =
            "apiVersion: \(version)\nkind: \(kind)\nmetadata: \(metadata)\nspec: [1, {a: b}]\n"

        #expect(mistakes(text) == [])
        #expect(
            objects(text) == [.other(kind: kind, Metadata(name: name, namespace: namespace))]
        )
    }

    @Test func readsTheItemsOfListsEachForItself() {
        let text = """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Namespace, metadata: {name: a}}
            - {apiVersion: v1, kind: Namespace, metadata: {name: B}}
            - apiVersion: v1
              kind: NamespaceList
              items:
              - metadata: {name: c}
            -
            - 7
            """

        #expect(
            objects(text)
                == ["a", "c"].map {
                    .namespace(Namespace(metadata: Metadata(name: $0, namespace: "")))
                }
        )
        #expect(
            mistakes(text) == [
                """
                5:54: Namespace "B": items[1].metadata.name: Invalid value: "B": must be at most \
                63 lower case letters, digits and '-', first and last no '-' (such as 'my-name')
                """,
                "11:3: 7 where an object should be: a mapping with apiVersion, kind and metadata",
            ]
        )
    }

    @Test func refusesListsInListsPastTheLimit() {
        func nested(_ depth: Int) -> String {
            var text = "{apiVersion: v1, kind: Namespace, metadata: {name: a}}"
            for _ in 0..<depth { text = "{apiVersion: v1, kind: List, items: [\(text)]}" }
            return text
        }

        #expect(objects(nested(DecodedObject.maximumListDepth)).count == 1)
        #expect(objects(nested(DecodedObject.maximumListDepth + 1)).isEmpty)
        #expect(mistakes(nested(5))[0].hasSuffix("Lists nested more than 4 deep; flatten them"))
    }

    @Test func tellsOfAtMostTwentyMistakesOfAnObject() {
        func wrong(_ count: Int) -> String {
            service(
                "ports:\n" + (1...count).map { "- {name: a\($0), port: 0}" }.joined(separator: "\n")
            )
        }

        #expect(mistakes(wrong(20)).count == 20)
        #expect(mistakes(wrong(21)).count == 20)
    }

    @Test func shortensAndMasksWhatItRepeats() {
        let long = String(repeating: "x", count: 65)

        #expect(mistakes(service("clusterIP: \(long)"))[0].contains("\"\(long.dropLast())…\""))
        #expect(mistakes(service("clusterIP: \"a\\e[31m\\n\""))[0].contains(#""a\u{1B}[31m\u{A}""#))
    }
}
