// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The drills run as a whole, and no answer in them is wrong; how fast they are is not asked here.
@Suite struct DrillRunTests {
    private static var program: String {
        RunningServer.program.deletingLastPathComponent().appending(path: "bench").path()
    }

    /// The columns of the table, by heading, of each phase.
    private static func rows(_ drill: String, in output: String) -> [String: [String: String]] {
        let lines = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        guard let headings = lines.first(where: { $0.first == "drill" }) else { return [:] }
        var rows: [String: [String: String]] = [:]
        for line in lines where line.first == drill && line.count == headings.count + 1 {
            // The second column is of two words: the server and the phase.
            let cells = zip(headings.dropFirst(2), line.dropFirst(3))
            rows[line[2]] = Dictionary(cells, uniquingKeysWith: { first, _ in first })
        }
        return rows
    }

    @Test func losesTwoOfThreeUpstreamsAndThenAll() throws {
        let output = try RunningServer.run([
            Self.program, "blackhole", "--rate", "200", "--questions", "300", "--seconds", "1",
        ])
        let rows = Self.rows("blackhole", in: output)

        #expect(
            Set(rows.keys) == ["well", "learning", "two-silent", "all-silent", "back"],
            "\(output)"
        )
        for row in rows.values { #expect(row["wrong"] == "0", "\(output)") }
        #expect(rows["two-silent"]?["questions"] == "300", "\(output)")
        #expect(rows["back"]?["first_ms"] != "-", "\(output)")
        #expect(rows["well"]?["upstreams"]?.split(separator: "+").count == 3, "\(output)")
    }

    @Test func floodsAnUpstream() throws {
        let output = try RunningServer.run([
            Self.program, "flood", "--rate", "500", "--seconds", "1",
        ])
        let rows = Self.rows("flood", in: output)

        #expect(Set(rows.keys) == ["alone", "flooded", "flooder"], "\(output)")
        for row in rows.values { #expect(row["wrong"] == "0", "\(output)") }
        #expect(rows["flooded"]?["questions"] == "5", "\(output)")
        #expect((rows["flooder"]?["questions"]).flatMap { Int($0) } ?? 0 > 100, "\(output)")
    }

    @Test func asksForNamesWithoutEnd() throws {
        let output = try RunningServer.run([
            Self.program, "randomnames", "--rate", "1000", "--seconds", "1",
        ])
        let row = Self.rows("randomnames", in: output)["names"] ?? [:]

        #expect(row["wrong"] == "0", "\(output)")
        #expect(row["questions"] == "1000", "\(output)")
        // One question in ten, give or take.
        #expect(
            (row["hot"]).flatMap { Int($0) }.map { (50...200).contains($0) } == true,
            "\(output)"
        )
        #expect(output.contains("capacity 16MB: memory grew by "), "\(output)")
    }

    @Test func refusesAnUnknownOption() throws {
        let output = try RunningServer.run([Self.program, "flood", "--loud"])

        #expect(output.hasPrefix("bench: flood has no option '--loud'"))
    }
}
