// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct MetadataDecodingTests {
    /// A Pod with more fields in its metadata, which begin in column 20 of line 3.
    private static func pod(_ fields: String) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, \(fields)}\n"
    }

    /// The one Pod that a manifest holds; nil when it is wrong.
    private static func onlyPod(_ text: String) -> Pod? {
        guard case .pod(let pod) = objects(text).first else { return nil }
        return pod
    }

    private static let word =
        "at most 63 letters, digits, '-', '_' and '.', first and last a letter or digit"
    private static let key =
        "must be \(word), with a DNS name and '/' in front where wanted (such as 'app' or "
        + "'example.com/app')"
    private static let long = String(repeating: "a", count: 63)
    private static let prefix = String(repeating: "a.", count: 126) + "a"

    @Test(
        "Labels keep to the API's rules",
        arguments: [
            "a: b", "A.b_c-d: E.f_g-h", "example.com/a: ''", "a: null", "\(long): \(long)",
            "\(prefix)/a: b", "'1': '1'",
        ]
    )
    func takesLabels(label: String) {
        #expect(mistakes(Self.pod("labels: {\(label)}")) == [])
    }

    @Test(
        "A key that is none is refused where it stands",
        arguments: [
            "''", "'a b'", "-a", "a-", "_a", "a/b/c", "/a", "a/", "A.b/c", "\(long)a", "é",
            "\(prefix).a/b",
        ]
    )
    func refusesKeys(key: String) {
        let text = Self.pod("labels: {\(key.hasPrefix("-") ? "'\(key)'" : key): b}")
        let found = mistakes(text)

        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("3:30: Pod \"p\": metadata.labels: Invalid value: ") == true)
        #expect(found.first?.hasSuffix(Self.key) == true)
        #expect(objects(text) == [])
    }

    @Test(
        "A value that is none is refused",
        arguments: ["a b", "-a", "a.", "a/b", long + "a", "é"]
    )
    func refusesValues(value: String) {
        let shown = value.count > 63 ? Self.long + "a" : value

        #expect(
            mistakes(Self.pod("labels: {a: '\(value)'}")) == [
                """
                3:33: Pod "p": metadata.labels[a]: Invalid value: "\(shown)": must be empty or \
                \(Self.word) (such as 'my_value')
                """
            ]
        )
    }

    @Test func annotationsHaveKeysInAnyCaseAndAnyText() {
        #expect(mistakes(Self.pod("annotations: {Example.com/A: 'a b c'}")) == [])
        #expect(
            mistakes(Self.pod("annotations: {a/b/c: x}")) == [
                "3:35: Pod \"p\": metadata.annotations: Invalid value: \"a/b/c\": \(Self.key)"
            ]
        )
    }

    @Test(
        "The time of creation is kept",
        arguments: [
            ("creationTimestamp: 2022-05-14T06:07:39Z", 1_652_508_459),
            ("creationTimestamp: null", 0), ("uid: a", 0),
            ("creationTimestamp: 9999-01-01T00:00:00Z", UInt32.max),
        ]
    )
    func readsTheTime(fields: String, expected: UInt32) {
        #expect(mistakes(Self.pod(fields)) == [])
        #expect(Self.onlyPod(Self.pod(fields))?.metadata.createdSeconds == expected)
    }

    @Test func refusesWhatIsNoTime() {
        #expect(
            mistakes(Self.pod("creationTimestamp: yesterday")) == [
                """
                3:40: Pod "p": metadata.creationTimestamp: Invalid value: "yesterday": must be a \
                time (such as 2022-05-14T06:07:39Z)
                """
            ]
        )
    }

    @Test(
        "The owner is who controls, else the first",
        arguments: [
            ("[]", nil), ("[{kind: ReplicaSet, name: a}]", "ReplicaSet a"),
            ("[{kind: A, name: a}, {kind: B, name: b}]", "A a"),
            ("[{kind: A, name: a}, {kind: B, name: b, controller: true}]", "B b"),
            ("[{kind: A, name: a, controller: true}, {kind: B, name: b}]", "A a"),
            ("[{kind: A, name: a}, {kind: B, name: b, controller: false}]", "A a"),
        ] as [(String, String?)]
    )
    func readsTheOwner(list: String, expected: String?) {
        let text = Self.pod("ownerReferences: \(list)")

        #expect(mistakes(text) == [])
        #expect(Self.onlyPod(text)?.owner.map { "\($0.kind) \($0.name)" } == expected)
    }

    @Test func workloadsHaveOwnersToo() throws {
        let text = """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: web-1, ownerReferences: [{kind: Deployment, name: web, uid: u}]}
            spec:
              selector: {matchLabels: {a: b}}
              template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}
            """

        #expect(try #require(onlyWorkload(text)).owner == Owner(kind: "Deployment", name: "web"))
    }

    @Test(
        "A wrong owner is told",
        arguments: [
            ("[{name: a}]", "3:39: %[0].kind: Required value: such as ReplicaSet"),
            ("[{kind: A}]", "3:39: %[0].name: Required value: such as 'my-name'"),
            ("[7]", "3:39: %[0]: Invalid value: 7: must be a mapping"),
            (
                "[{kind: A, name: a, controller: true}, {kind: B, name: b, controller: true}]",
                "3:108: %[1].controller: Invalid value: true: only one owner can be the controller"
            ),
        ]
    )
    func refusesOwners(list: String, mistake: String) {
        let said = mistake.replacing("%", with: "Pod \"p\": metadata.ownerReferences")

        #expect(mistakes(Self.pod("ownerReferences: \(list)")) == [said])
    }
}
