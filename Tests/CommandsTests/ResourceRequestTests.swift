// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@testable import Commands

/// kubectl's grammar of what is meant, and what is said where it cannot be.
@Suite struct ResourceRequestTests {
    private static let cluster = SampleCluster(
        text: SampleCluster.notes.text + "---\n" + WorkloadTablesTests.cluster.text
    )

    @Test(arguments: [
        ("svc -nshop -oname", "service/cache"),
        ("svc -n=shop -o=name", "service/cache"),
        ("svc --namespace shop --output name", "service/cache"),
        ("svc -n shop --all-namespaces=false -oname", "service/cache"),
        ("svc -lteam=web -oname", "service/web-svc"),
        ("svc -Aoname -l team=web", "service/web-svc"),
        ("svc --selector=team=web --output=name", "service/web-svc"),
        ("svc -l= web-svc -oname", "service/web-svc"),
        (
            "ns,no -oname",
            "namespace/default namespace/kube-system namespace/shop node/node-1 "
                + "node/node-2 node/node-3"
        ),
        ("ns,ns,namespaces -oname", "namespace/default namespace/kube-system namespace/shop"),
        ("svc web-svc kubernetes -oname", "service/web-svc service/kubernetes"),
        ("svc/web-svc deploy/web -oname", "service/web-svc deployment.apps/web"),
        ("svc,deploy web -oname", "service/web deployment.apps/web"),
        (
            "svc,ep web web-svc -oname",
            "service/web service/web-svc endpoints/web endpoints/web-svc"
        ),
        ("svc nobody web-svc --ignore-not-found -oname", "service/web-svc"),
        ("svc nobody --ignore-not-found", ""),
        ("svc -n nowhere --ignore-not-found", ""),
        ("no node-1 -A -oname", "node/node-1"), ("ns/shop -A -oname", "namespace/shop"),
    ])
    func understands(words: String, names: String) throws {
        let output = try Self.cluster.run("get " + words)

        #expect(output.text.split(separator: "\n").joined(separator: " ") == names)
        #expect(output.errors.isEmpty && output.code == 0)
    }

    @Test(
        "An empty value is none",
        arguments: [
            "svc -o=", "svc -owide -o=", "svc --output=", "svc -n= -l= --field-selector=",
            "svc --sort-by=", "svc -L=",
        ]
    )
    func passesEmptyValues(words: String) throws {
        #expect(try Self.cluster.run("get " + words) == Self.cluster.run("get svc"))
    }

    @Test("`all` stands for some kinds, beside others too")
    func knowsAll() throws {
        let all = try Self.cluster.run("get all -oname").text
        let more = try Self.cluster.run("get all,no,svc -oname").text

        #expect(more == all + "node/node-1\nnode/node-2\nnode/node-3\n")
    }

    @Test("A name that is not there does not hide the others")
    func saysWhatIsMissing() throws {
        let output = try Self.cluster.run("get svc nobody web-svc -oname")

        #expect(output.text == "service/web-svc\n" && output.code == 1)
        #expect(output.errors == "Error from server (NotFound): services \"nobody\" not found\n")
    }

    @Test func addsColumns() throws {
        #expect(
            try Self.cluster.run("get pod web-1 db-0 --show-kind -L app,a.io/tier -Lnone").text
                == """
                NAME        READY   STATUS    RESTARTS   AGE         APP   TIER   NONE
                pod/web-1   1/1     Running   0          <unknown>   web          \("")
                pod/db-0    0/1     Running   0          <unknown>   db           \("")

                """
        )
    }

    @Test(arguments: [
        ("svc web-svc -l a=b", "name cannot be provided when a selector is specified"),
        (
            "svc web-svc --field-selector=spec.type=ClusterIP",
            "name cannot be provided when a selector is specified"
        ),
        (
            "svc/web-svc -l a=b",
            "selectors and the all flag cannot be used when passing resource/name arguments"
        ),
        (
            "ns/shop svc/web-svc -A",
            "a resource cannot be retrieved by name across all namespaces"
        ),
        ("svc/web-svc -A", "a resource cannot be retrieved by name across all namespaces"),
        (
            "svc svc/web-svc",
            "there is no need to say a kind first when names have theirs, as in 'svc/web-svc'"
        ),
        (
            "svc -o go-template={{.a}}",
            "there is no -o go-template here; -o jsonpath=TEMPLATE and "
                + "-o custom-columns=HEADING:PATH,... say the same"
        ),
        (
            "svc -owide=1",
            "unable to match a printer suitable for the output format \"wide=1\", allowed formats "
                + "are: custom-columns, json, jsonpath, jsonpath-as-json, name, wide, yaml"
        ),
    ])
    func refuses(words: String, mistake: String) throws {
        #expect(try Self.cluster.run("get " + words) == .failure("error: " + mistake))
    }

    @Test("What only tables have is unknown where there is none")
    func describesWithoutTables() throws {
        #expect(
            try Self.cluster.run("describe svc -owide")
                == .failure("error: unknown shorthand flag: 'o' in -owide")
        )
    }
}
