// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct HostsFileTests {
    private let place = Position(file: "Corefile", line: 2, column: 7)

    private func read(_ text: String?, previous: [String: any Sendable] = [:]) throws
        -> (HostsFile, Setup)
    {
        var surroundings = Surroundings()
        surroundings.files.contents["/h"] = text
        surroundings.previous = previous
        var setup = try surroundings.setup()
        let file = HostsFile.read("/h", at: place, setup: &setup)
        return (file, setup)
    }

    @Test(arguments: [
        "192.0.2.1 A.example b", "\t 192.0.2.1\tA.example  b # c", "192.0.2.1 a.example. b\r\n\r\n",
        "# x\n\n192.0.2.1 a.example b#c", "\n\n192.0.2.1 A.EXAMPLE b\n#",
    ])
    func readsAddressAndNames(text: String) throws {
        let (file, setup) = try read(text)

        let names = [try Name("a.example"), try Name("b")]
        #expect(file.lines == [HostsLine(address: IPAddress(v4: 0xC000_0201), names: names)])
        #expect(setup.reports.isEmpty)
    }

    @Test(arguments: [
        ("x a", "/h:1:1: 'x' is no address; the line is left out", 1),
        ("\n 192.0.2.256 a", "/h:2:2: '192.0.2.256' is no address; the line is left out", 1),
        ("192.0.2.1", "/h:1:1: an address without a name; the line is left out", 1),
        ("192.0.2.1 a..b", "/h:1:1: 'a..b' is no domain name; it is left out", 1),
        ("192.0.2.1 a..b c", "/h:1:1: 'a..b' is no domain name; it is left out", 2),
        ("192.0.2.1%eth0 a", "/h:1:1: '192.0.2.1%eth0' is no address; the line is left out", 1),
    ])
    func tellsAndLeavesOutWhatIsWrong(text: String, report: String, count: Int) throws {
        let (file, setup) = try read(text + "\n192.0.2.2 fine")

        #expect(setup.reports.map(\.description) == [report])
        #expect(setup.reports.map(\.isWarning) == [true])
        #expect(file.lines.count == count)
    }

    @Test(arguments: [HostsFile.maximumReportCount, HostsFile.maximumReportCount + 1])
    func tellsOnlyTheFirstMistakes(count: Int) throws {
        let (_, setup) = try read(String(repeating: "x y\n", count: count))

        #expect(setup.reports.count == HostsFile.maximumReportCount)
    }

    @Test func warnsOfAMissingFile() throws {
        let (file, setup) = try read(nil)

        #expect(file.lines.isEmpty)
        #expect(
            setup.reports.map(\.description) == ["Corefile:2:7: /h: no such file or folder"]
        )
    }

    @Test func keepsWhatAFileHeldWhenItVanishes() throws {
        let (_, before) = try read("192.0.2.1 a")
        let (file, after) = try read(nil, previous: before.kept)
        let (later, _) = try read(nil, previous: after.kept)

        #expect(file.lines.count == 1)
        #expect(later.lines.count == 1)
        #expect(
            after.reports.map(\.description) == [
                "Corefile:2:7: /h: no such file or folder; what it held before is used"
            ]
        )
    }

    @Test("What was wrong is told when it is right again", arguments: [nil, "192.0.2 a"])
    func tellsOfAFileThatIsSoundAgain(wrong: String?) throws {
        let (_, before) = try read("192.0.2.1 a")
        let (_, bad) = try read(wrong, previous: before.kept)
        let (_, after) = try read("192.0.2.1 a", previous: bad.kept)
        let (_, later) = try read("192.0.2.1 a", previous: after.kept)

        #expect(bad.keptUnits.values.reduce(0, +) == (wrong == nil ? 1 : 0))
        #expect(after.reports == [Report(soundAgain: "/h")])
        #expect(after.keptUnits.values.reduce(0, +) == 0)
        #expect(later.reports == [])
    }

    @Test func readsAFileAgainWhenItChanged() throws {
        let (_, before) = try read("192.0.2.1 a")
        let (file, _) = try read("192.0.2.1 a\n192.0.2.2 b", previous: before.kept)

        #expect(file.lines.count == 2)
    }
}
