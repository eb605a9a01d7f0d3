// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

@Suite struct FieldSelectorTests {
    private static let cluster = SampleCluster(
        text: SampleCluster.notes.text + "---\n" + WorkloadTablesTests.cluster.text
    )

    @Test(arguments: [
        ("svc", "metadata.name=web-svc", "web-svc"),
        ("svc", "metadata.namespace!=default", "cache"),
        ("svc", "spec.type=LoadBalancer", "svc-3"),
        ("svc", "spec.type==ClusterIP,metadata.namespace=shop,", "cache"),
        ("svc", "spec.clusterIP=None", "cache"),
        ("svc", "spec.clusterIP=10.96.0.1", "kubernetes"),
        ("pods", "spec.nodeName=node2", "web-2"),
        ("pods", "status.podIP=10.40.0.1", "http-go-6t49p"),
        ("pods", "status.phase!=Running", ""),
        ("pods", "spec.hostNetwork=true", ""),
        ("jobs", "status.successful=1", "once"),
        ("jobs", "status.successful=0", ""),
        ("no", "spec.unschedulable=true", ""),
        ("no", "metadata.name=node-2,spec.unschedulable=false", "node-2"),
        ("ns", "status.phase=Active,metadata.name=shop", "shop"),
        ("deploy,sts", "metadata.name=db", "db"),
        ("deploy", "metadata.name=we\\,b", ""),
    ])
    func selects(kind: String, selector: String, names: String) throws {
        let output = try Self.cluster.run("get \(kind) -A --field-selector=\(selector) -oname")
        let found = output.text.split(separator: "\n").compactMap { $0.split(separator: "/").last }

        #expect(found.joined(separator: " ") == names)
        #expect(output.code == 0 && output.errors.isEmpty)
    }

    @Test("A backslash takes from a comma, an equals sign or a backslash what it means")
    func readsEscapes() throws {
        let selector = try FieldSelector("a=b\\,c,d!=\\=\\\\,e==")

        #expect(
            selector.requirements == [
                FieldSelector.Requirement(field: "a", value: "b,c", isEqual: true),
                FieldSelector.Requirement(field: "d", value: "=\\", isEqual: false),
                FieldSelector.Requirement(field: "e", value: "", isEqual: true),
            ]
        )
    }

    @Test(arguments: [
        ("a", "a"), ("a!b", "a!b"), ("x=1,a=b=c", "a=b=c"), ("a=\\b", "a=\\b"),
        ("a=b\\", "a=b\\"), ("a!=!=b", "a!=!=b"),
    ])
    func refusesWhatIsNone(text: String, term: String) {
        let mistake = "error: invalid field selector: '\(text)'; can't understand '\(term)'"

        #expect(throws: CommandMistake(mistake)) { try FieldSelector(text) }
    }

    @Test func saysWhichFieldsThereAre() throws {
        #expect(
            try Self.cluster.run("get svc --field-selector spec.ports=80")
                == .failure(
                    "Error from server (BadRequest): services: field label not supported: "
                        + "spec.ports; known are metadata.name, metadata.namespace, "
                        + "spec.clusterIP, spec.type"
                )
        )
    }
}
