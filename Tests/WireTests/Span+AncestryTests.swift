// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Wire

@Suite struct SpanAncestryTests {
    /// Whether `ancestor` is `name` or above it, both written out.
    private func isAncestor(_ ancestor: String, of name: String) throws -> Bool {
        let bytes = try Name(ancestor).bytes + Name(name).bytes
        return bytes.span.isName(at: 0, atOrAbove: try Name(ancestor).bytes.count)
    }

    @Test(arguments: [
        (".", "."), (".", "example."), ("example.", "example."), ("EXAMPLE.", "a.eXample."),
        ("a.example.", "c.b.A.example."), ("b-1.example.", "a.b-1.example."),
    ])
    func tellsWhatStandsAbove(ancestor: String, name: String) throws {
        #expect(try isAncestor(ancestor, of: name))
    }

    @Test(arguments: [
        ("example.", "."), ("a.example.", "example."), ("example.", "example.org."),
        ("ample.", "example."), ("b.example.", "a.example."), ("a.example.", "xa.example."),
        ("b.a.", "a.b."), ("[.", "{."), ("example.com.", "com."),
    ])
    func tellsWhatDoesNot(ancestor: String, name: String) throws {
        #expect(try !isAncestor(ancestor, of: name))
    }

    @Test(arguments: [(0, 3, true), (0, 9, true), (7, 3, true), (9, 7, true), (9, 0, false)])
    func followsPointers(ancestor: Int, name: Int, isAbove: Bool) {
        // "b" and the root at 0; "a" and a pointer there at 3; a pointer to that at 7; one at 9.
        let bytes: [UInt8] = [1, 0x62, 0, 1, 0x61, 0xC0, 0, 0xC0, 3, 0xC0, 7]

        let found = bytes.span.isName(at: ancestor, atOrAbove: name)

        #expect(found == isAbove)
    }

    /// Against names as values.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func agreesWithNames(seed: UInt64) throws {
        var random = Seeded(seed)
        for round in 0..<20 {
            let name = try random.name()
            let labels = name.labels.dropFirst(Int.random(in: 0...2, using: &random))
            let other = round.isMultiple(of: 2) ? try Name(labels: labels) : try random.name()
            let both = other.bytes + name.bytes

            let found = both.span.isName(at: 0, atOrAbove: other.bytes.count)

            #expect(found == name.isInside(other), "seed \(seed): \(other) and \(name)")
        }
    }
}
