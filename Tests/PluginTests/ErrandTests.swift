// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing

@Suite struct ErrandTests {
    @Test(arguments: [
        Errand.write(Errand.NewFile(folder: "/m", names: ["a.yaml", "b.yaml"], text: "kind: A\n")),
        .edit(Errand.WrittenPlace(path: "/m/a.yaml", line: 7, command: ["edit", "svc", "a"])),
        .watch,
    ])
    func isTheSameBehindASocket(errand: Errand) {
        #expect(Errand(words: errand.words) == errand)
    }

    @Test(arguments: [
        [], ["write", "/m", "text"], ["edit", "/m", "0", "a"], ["edit", "/m", "x", "a"],
        ["edit", "m", "1", "a"], ["unknown"], ["run", "/bin/sh", "-c", "true"],
    ])
    func otherWordsAreNone(words: [String]) {
        #expect(Errand(words: words) == nil)
    }

    @Test(
        arguments: [
            ("/m", ["a.yaml"], true),
            ("/m", [String](repeating: "a.yaml", count: Errand.maximumNameCount), true),
            ("/m", [String](repeating: "a.yaml", count: Errand.maximumNameCount + 1), false),
            ("/m", [], false), ("m", ["a.yaml"], false), ("/m", ["../a.yaml"], false),
            ("/m", ["b/a.yaml"], false), ("/m", [".a.yaml"], false), ("/m", ["a.sh"], false),
            ("/m", ["a.yaml", "/etc/passwd"], false), ("/m", [".yaml"], false),
        ] as [(String, [String], Bool)]
    )
    func aNewFileIsAManifestInItsFolder(folder: String, names: [String], isSafe: Bool) {
        #expect(Errand.NewFile(folder: folder, names: names, text: "").isSafe == isSafe)
    }
}
