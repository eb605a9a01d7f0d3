// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct ImportPathsTests {
    private let source = MemorySource(
        files: [
            "/etc/apus/a/x.conf": "", "/etc/apus/b/x.conf": "", "/etc/apus/b/y.conf": "",
            "/etc/apus/c": "", "/etc/[apus]/a.conf": "", "a.conf": "", ".hidden.conf": "",
        ]
    )

    @Test(arguments: [
        ("/etc/apus/Corefile", "*/x.conf", ["/etc/apus/a/x.conf", "/etc/apus/b/x.conf"]),
        ("/etc/apus/Corefile", "b/*", ["/etc/apus/b/x.conf", "/etc/apus/b/y.conf"]),
        ("/etc/apus/Corefile", "*/y.conf", ["/etc/apus/b/y.conf"]),
        ("Corefile", "/etc/*/c", ["/etc/apus/c"]),
        ("Corefile", "/*/apus/c", ["/etc/apus/c"]),
        ("Corefile", "*.conf", [".hidden.conf", "a.conf"]),
        ("/etc/[apus]/Corefile", "*.conf", ["/etc/[apus]/a.conf"]),
        ("/etc/[apus]/Corefile", "a.conf", ["/etc/[apus]/a.conf"]),
        ("/etc/apus/a/Corefile", "../b/*", ["/etc/apus/a/../b/x.conf"]),
    ])
    func findsTheFiles(file: String, target: String, expected: [String]) throws {
        var source = source
        source.files["/etc/apus/a/../b/x.conf"] = ""

        let parsed = try Corefile(
            parsing: Array(".\nimport \(target)".utf8),
            file: file,
            source: source
        )

        #expect(parsed.importedFiles == expected)
    }

    @Test func limitsTheMatches() throws {
        var source = MemorySource()
        for index in 0..<Corefile.maximumImportCount { source.files["d/\(index)"] = "" }
        var more = source
        more.files["d/more"] = ""

        #expect(
            try corefile(".\nimport d/*", source).importedFiles.count
                == Corefile.maximumImportCount
        )
        #expect(
            refusal(".\nimport d/*", more) == "Corefile:2:8: more than 10000 files match"
        )
    }
}
