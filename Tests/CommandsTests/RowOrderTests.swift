// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct RowOrderTests {
    /// Services with what they are sorted by.
    private static let cluster = SampleCluster(
        text: [
            ("b-10", "2022-05-14T06:07:39Z", "ClientIP", 81),
            ("b-9", "2021-05-14T06:07:39Z", "None", 9_000), ("a", nil, "None", 443),
        ].map { name, created, affinity, port in
            """
            apiVersion: v1
            kind: Service
            metadata: {name: \(name)\(created.map { ", creationTimestamp: \"\($0)\"" } ?? "")}
            spec: {sessionAffinity: \(affinity), ports: [{port: \(port)}]}

            """
        }.joined(separator: "---\n")
    )

    @Test(arguments: [
        (".metadata.name", "a b-9 b-10"), ("{.metadata.name}", "a b-9 b-10"),
        ("metadata.creationTimestamp", "a b-9 b-10"), (".spec.ports[0].port", "b-10 a b-9"),
        (".spec.sessionAffinity", "b-10 a b-9"), (".metadata.namespace", "a b-10 b-9"),
        (".spec.sessionAffinityConfig.clientIP.timeoutSeconds", "a b-9 b-10"),
    ])
    func sorts(path: String, names: String) throws {
        let text = try Self.cluster.run("get svc --no-headers --sort-by=\(path)").text
        let found = text.split(separator: "\n").compactMap { $0.split(separator: " ").first }

        #expect(found.joined(separator: " ") == names)
    }

    @Test func sortsWhatMachinesRead() throws {
        #expect(
            try Self.cluster.run(
                "get svc -ojsonpath={.items[*].metadata.name} --sort-by=metadata.name"
            )
            .text == "a b-9 b-10"
        )
    }

    @Test("A watched table keeps its own order, which is said")
    func sortsNoWatchedTable() throws {
        let output = try Self.cluster.run("get svc -w --sort-by=.metadata.name")

        #expect(output.errors == "warning: --watch requested, --sort-by will be ignored\n")
        #expect(output.code == 0 && output.errand == .watch)
    }

    @Test(arguments: [
        (
            ".spec.nothing",
            "couldn't find any field with path \"{.spec.nothing}\" in the list of objects"
        ),
        (".spec.ports", "{.spec.ports} leads to what has no order"),
        (".spec.type[1]", "error executing jsonpath: string is not array or slice"),
    ])
    func refusesWhatHasNoOrder(path: String, mistake: String) throws {
        #expect(
            try Self.cluster.run("get svc --sort-by=\(path)") == .failure("error: " + mistake)
        )
        #expect(try Self.cluster.run("get svc -n none --sort-by=\(path)").code == 0)
    }

    @Test(arguments: [
        ("a", "b", true), ("a", "ab", true), ("a2", "a10", true), ("a02", "a2", false),
        ("a2b", "a02c", true), ("a9", "ab", true), ("", "a", true), ("a", "a", false),
        ("9", "12345678901234567890123456789", true), ("a12", "a12", false),
    ])
    func numbersInTextsCount(left: String, right: String, isBefore: Bool) {
        #expect(left.isNaturallyBefore(right) == isBefore)
        #expect(!(isBefore && right.isNaturallyBefore(left)))
    }
}
