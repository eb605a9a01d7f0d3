// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

@Suite struct WordStreamTests {
    /// Snippets that each import the one before; importing the last goes `depth` deep.
    private func chain(_ depth: Int) -> String {
        var text = "(s1) {\n log\n}\n"
        for level in 2...depth { text += "(s\(level)) {\n import s\(level - 1)\n}\n" }
        return text + ".\nimport s\(depth)"
    }

    @Test func limitsTheDepthOfImports() throws {
        #expect(try corefile(chain(Corefile.maximumImportDepth)).outline == [". { log; }"])
        #expect(
            refusal(chain(Corefile.maximumImportDepth + 1))
                == "Corefile:5:9: more than 64 imports inside each other"
        )
    }

    @Test func limitsTheNumberOfImports() throws {
        let most =
            "(s) {\n}\n.\n"
            + String(repeating: "import s\n", count: Corefile.maximumImportCount)

        #expect(try corefile(most).outline == [". {  }"])
        #expect(refusal(most + "import s") == "Corefile:10004:8: more than 10000 imports")
    }

    @Test func limitsTheNumberOfWords() throws {
        let words = Corefile.maximumWordCount - 1
        let most = ".\n" + String(repeating: "a\n", count: words)

        #expect(try corefile(most).blocks.first?.stanzas.count == words)
        #expect(
            refusal(most + "a")
                == "Corefile:262145:1: more than 262144 words, imports included"
        )
    }

    @Test func limitsTheBytesOfWords() throws {
        let longest = String(repeating: "x", count: Corefile.maximumWordByteCount - 1)
        let count = Corefile.maximumByteCount / Corefile.maximumWordByteCount
        // Each of these words leaves one byte of its share to a later `a`.
        var source = MemorySource()
        source.variables["X"] = longest
        let most = String(repeating: "{$X}\n", count: count)

        #expect(try corefile(most, source).blocks.first?.stanzas.count == count - 1)
        #expect(try corefile(most + String(repeating: "a\n", count: count), source).words.count > 0)
        #expect(
            refusal(most + String(repeating: "a\n", count: count + 1), source)
                == "Corefile:2049:1: more than 16777216 bytes of words, imports included"
        )
    }

    @Test("A small file that would grow without end is refused soon")
    func refusesABomb() {
        var text = "(s0) {\n log log log log\n}\n"
        for level in 1...20 {
            text += "(s\(level)) {\n"
            text += String(repeating: " import s\(level - 1)\n", count: 10) + "}\n"
        }

        #expect(refusal(text + ".\nimport s20")?.hasSuffix("more than 10000 imports") == true)
    }

    @Test func keepsAWarningOnceAndNotTooMany() throws {
        let same = "(s) {\n log {$A} {$A}\n}\n.\nimport s\nimport s\n"
        let many = ".\n" + (0..<200).map { "log {$V\($0)}\n" }.joined()

        #expect(try warnings(same).count == 2)
        #expect(try warnings(many).count == Corefile.maximumWarningCount)
    }

    @Test("A file may import one that the same pattern brings later")
    func importsAFileThatStillWaits() throws {
        let source = MemorySource(files: ["d/a": "import b", "d/b": "log"])

        #expect(try corefile(".\nimport d/*", source).outline == [". { log; log; }"])
    }

    @Test func startsALineWhereAnImportEnds() throws {
        let source = MemorySource(files: ["f": "log", "g": "errors"])

        let parsed = try corefile(".\nimport f\nimport g\nwhoami", source)

        #expect(parsed.outline == [". { log; errors; whoami; }"])
    }
}
