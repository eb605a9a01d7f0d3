// SPDX-License-Identifier: Apache-2.0

import Metrics
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct NegativeZonesTests {
    @Test(arguments: [".", "example.", String(repeating: "a", count: 63) + "."])
    func putsARecordThatParses(zone: String) throws {
        let name = try Name(zone)
        let asked = try query("x")
        var answer = Answer(counting: Registry().cells(forWorker: 0))
        NegativeZones([.root, name], serial: 7, ttl: 30).put(1, into: &answer)
        let record = try #require(Answered(.done, asked, answer).authorities.first)

        #expect(record.hasPrefix("\(zone) 30 SOA "))
        #expect(record.hasSuffix("00000007" + "00001c20" + "00000708" + "00015180" + "0000001e"))
    }

    @Test func fitsInAZoneOfFullLength() throws {
        let label = String(repeating: "a", count: 63) + "."
        let name = try Name(label + label + label + String(repeating: "b", count: 61))
        let asked = try query("x")
        var answer = Answer(counting: Registry().cells(forWorker: 0))
        NegativeZones([.root, name], serial: 7, ttl: 30).put(1, into: &answer)

        #expect(Answered(.done, asked, answer).authorities.count == 1)
    }
}
