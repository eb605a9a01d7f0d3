// SPDX-License-Identifier: Apache-2.0

import Corefile
import Testing

/// Numbers that are the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct CorefileTests {
    /// A bit of everything that the grammar has.
    private static let sample = """
        \u{FEFF}# The cluster, its reverse zones, and the rest.
        (common) {
            errors
            log . "{type} {name} \\"{rcode}\\"" # quoted
            cache {args[0]} {
                success 9984 {args[1]}
            }
        }
        cluster.local:{$PORT}, 10.96.0.0/12,
        2001:db8::/64 {
            import common 30 60
            kubernetes {
                manifests "a folder" zones/{%ZONE%}
                import options.conf
            }
        }
        ä.example
        {
            import d/*.conf x
        }
        . { whoami
        }

        """
    private static let source = MemorySource(
        files: [
            "options.conf": "ttl 30\nfallthrough", "d/a.conf": "log {args[0]}",
            "d/b.conf": "loop",
        ],
        variables: ["PORT": "1053", "ZONE": "cluster.local"]
    )

    @Test func readsTheSample() throws {
        let parsed = try corefile(Self.sample, Self.source)

        #expect(
            parsed.outline == [
                "cluster.local:1053 10.96.0.0/12 2001:db8::/64 { errors; "
                    + "log . {type} {name} \"{rcode}\"; cache 30 { success 9984 60; }; "
                    + "kubernetes { manifests a folder zones/cluster.local; ttl 30; "
                    + "fallthrough; }; }",
                "ä.example { log x; loop; }",
                ". { whoami; }",
            ]
        )
        #expect(parsed.warnings.isEmpty)
    }

    @Test("Cut anywhere, a Corefile is read or refused with a place in it")
    func survivesEveryCut() {
        let bytes = Array(Self.sample.utf8)
        for length in 0...bytes.count { check(Array(bytes[..<length]), "cut at \(length)") }
    }

    @Test("With any bit flipped, a Corefile is read or refused with a place in it")
    func survivesEveryFlippedBit() {
        let bytes = Array(Self.sample.utf8)
        for bit in 0..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            check(flipped, "bit \(bit)")
        }
    }

    @Test("Random bytes never trap", arguments: 0..<50 as Range<UInt64>)
    func survivesRandomBytes(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<40 {
            let count = Int.random(in: 0..<200, using: &numbers)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
            check(bytes, "seed \(seed)")
        }
    }

    @Test("Random words of the grammar never trap", arguments: 0..<50 as Range<UInt64>)
    func survivesRandomWords(seed: UInt64) {
        let words = [
            "{", "}", "\n", "\n", "a", ".:53", "(s)", "(t)", "import", "s", "t", "options.conf",
            "d/*", "{$PORT}", "{$", "{args[0]}", "\"", "#", ",", "a,", "\\", "\r\n", "[", "{%",
        ]
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<100 {
            let count = Int.random(in: 0..<60, using: &numbers)
            let text = (0..<count).map { _ in
                let space = Int.random(in: 0..<8, using: &numbers) == 0 ? "" : " "
                return (words.randomElement(using: &numbers) ?? "") + space
            }
            check(Array(text.joined().utf8), "seed \(seed)")
        }
    }

    /// Reads `bytes`; what comes of it must carry places that exist.
    private func check(_ bytes: [UInt8], _ what: Comment) {
        do throws(CorefileError) {
            let parsed = try Corefile(parsing: bytes, file: "Corefile", source: Self.source)
            #expect(parsed.blocks.allSatisfy { !$0.keys.isEmpty }, what)
            for word in parsed.words where word.position.file == "Corefile" {
                check(word.position, bytes, what)
            }
        } catch {
            #expect(!error.text.isEmpty && !error.text.contains("\n"), what)
            guard error.position.file == "Corefile" else { return }
            check(error.position, bytes, what)
        }
    }

    private func check(_ position: Position, _ bytes: [UInt8], _ what: Comment) {
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        guard position.line >= 1, position.line <= lines.count, position.column >= 1 else {
            Issue.record("\(position) is no place, \(what)")
            return
        }
        #expect(position.column <= lines[position.line - 1].count + 1, what)
    }
}
