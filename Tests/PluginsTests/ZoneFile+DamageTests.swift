// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Testing
import Wire

@testable import Plugins

/// Files that are cut, changed or made up: whatever they hold, reading them ends in words.
@Suite struct ZoneFileDamageTests {
    /// Files whose bytes are no text.
    private struct RawFiles: FileSource {
        var bytes: [UInt8]

        func read(_ path: String) throws(FileError) -> [UInt8] { bytes }

        func identity(of path: String) throws(FileError) -> FileIdentity {
            FileIdentity(
                device: 1,
                inode: 1,
                byteCount: bytes.count,
                modifiedNanoseconds: 0,
                isFolder: false
            )
        }

        func list(_ path: String) throws(FileError) -> [String] { [] }
    }

    /// Loads the bytes as a zone, and asks it something when it is one.
    private func load(_ bytes: [UInt8]) throws {
        var limits = MasterLimits()
        limits.maximumRecordCount = 2_000
        limits.maximumFileCount = 20
        let file = ZoneFile(
            "db",
            origin: try Name("example.org"),
            files: RawFiles(bytes: bytes),
            limits: limits
        )
        #expect((file.zone == nil) == file.reports.contains { !$0.isWarning })
        #expect(file.reports.count <= 2 * ZoneFile.maximumMistakeCount)
        #expect(file.reports.allSatisfy { $0.description.hasPrefix("db:") })
    }

    private let sample = Array(
        (FileTests.zone + """

            $ORIGIN more
            $GENERATE 1-4/2 h${1,3,x} 5 IN A 192.0.2.$
            @ TXT ( "a;b" ; c
              d\\(e \\# )
            x TYPE65280 \\# 3 010203
            """).utf8
    )

    @Test func takesEveryTruncation() throws {
        for count in 0...sample.count { try load(Array(sample.prefix(count))) }
    }

    @Test("Bytes that are changed at random", arguments: 0..<40 as Range<UInt64>)
    func takesChangedBytes(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let sharp = Array("\n\r \t()\";\\$@.*0\0/-{},#=\u{ff}".utf8)
        for _ in 0..<25 {
            var bytes = sample
            for _ in 0...random.number(below: 8) {
                let place = random.number(below: bytes.count)
                switch random.number(below: 3) {
                case 0: bytes[place] = sharp[random.number(below: sharp.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            try load(bytes)
        }
    }

    @Test func takesFilesThatIncludeThemselves() throws {
        try load(Array("$INCLUDE db\n$INCLUDE db\n$INCLUDE db\n".utf8))
    }

    @Test func takesTheLargestRanges() throws {
        try load(Array("$TTL 1\n$GENERATE 2147483647-2147483647 a$ A 192.0.2.1\n".utf8))
        try load(Array("$TTL 1\n$GENERATE 0-2147483647/2147483647 a${1} A 192.0.2.1\n".utf8))
        try load(Array("$TTL 1\n$GENERATE 2147483647-2147483647 ${1,255,n} A 192.0.2.1\n".utf8))
    }
}
