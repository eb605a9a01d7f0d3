// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@testable import bench

@Suite struct CeilingsTests {
    static let text = "# what it is\nauth 1000 0\ntcp 2000 500\n"

    static func growth(_ instructions: Int, calls: Int = 0) throws -> Growth {
        let short = try GrowthTests.profile(0)
        let call = ("serve", "malloc", calls * 10)
        let long = try GrowthTests.profile(instructions * 10_000, [call])
        return Growth(from: (short, 0), to: (long, 10_000))
    }

    @Test func readsAndWritesTheSame() throws {
        let ceilings = try Ceilings(parsing: Self.text)

        #expect(ceilings["auth"] == Ceilings.Ceiling(instructions: 1_000, callsPerThousand: 0))
        #expect(ceilings.names == ["auth", "tcp"])
        #expect(ceilings.text == Self.text)
    }

    @Test(
        "A line that is no ceiling is refused",
        arguments: [
            "auth", "auth 1", "auth 0 0", "auth many 0", "auth 1 -1", "auth 1 0 0",
            "auth 1 0\nauth 1 0",
        ]
    )
    func refusesWrongLines(text: String) {
        #expect(throws: Ceilings.Mistake.self) { try Ceilings(parsing: text) }
    }

    @Test func allowsTheCeilingAndNothingAboveIt() throws {
        let ceilings = try Ceilings(parsing: Self.text)

        #expect(ceilings.mistakes(of: "tcp", try Self.growth(2_000, calls: 500)).isEmpty)
        #expect(
            ceilings.mistakes(of: "tcp", try Self.growth(2_001, calls: 501)) == [
                "tcp: 2001 instructions a query; at most 2000 are allowed",
                "tcp: 501 calls into the runtime for 1,000 queries; at most 500 are allowed",
            ]
        )
        #expect(ceilings.mistakes(of: "mix", try Self.growth(1)) == ["mix: has no ceiling"])
    }

    @Test func isOnlyEverLowered() throws {
        var ceilings = try Ceilings(parsing: Self.text)
        ceilings.lower("auth", to: try Self.growth(5_000, calls: 1_000))

        #expect(ceilings.text == Self.text)

        ceilings.lower("tcp", to: try Self.growth(1_000, calls: 100))

        #expect(ceilings["tcp"] == Ceilings.Ceiling(instructions: 1_100, callsPerThousand: 150))

        ceilings.lower("tcp", to: try Self.growth(101))

        #expect(ceilings["tcp"] == Ceilings.Ceiling(instructions: 112, callsPerThousand: 40))
    }

    @Test(
        "The files that continuous integration goes by have a ceiling for all that is counted",
        arguments: ["instruction-ceilings.txt", "instruction-ceilings-whole.txt"]
    )
    func readsTheRepositorysOwn(name: String) throws {
        let top = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try DiskFiles().read("/\(top)/Tests/\(name)")
        let ceilings = try Ceilings(parsing: String(decoding: bytes, as: UTF8.self))

        #expect(ceilings.names == CountRun.names.map(\.rawValue))
    }
}
