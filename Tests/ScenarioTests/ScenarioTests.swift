// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

/// Every file in `Scenarios`, whose form `README.md` there tells.
@Suite struct ScenarioTests {
    /// Where the scenarios lie.
    static let folder: String = {
        let parts = #filePath.split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/") + "/Scenarios"
    }()

    /// The scenarios' names, without their ends.
    static let names: [String] = {
        let files = (try? DiskFiles().list(folder)) ?? []
        return files.filter { $0.hasSuffix(".scenario") }.map { String($0.dropLast(9)) }
    }()

    @Test func findsTheScenarios() { #expect(Self.names.count >= 20) }

    @Test("A scenario goes as it says", arguments: names)
    func goesAsItSays(name: String) throws {
        let bytes = try DiskFiles().read("\(Self.folder)/\(name).scenario")
        let text = String(decoding: bytes, as: UTF8.self)
        let scenario = try ScenarioParser.parse(text, file: "\(name).scenario")

        for failure in ScenarioRun.failures(of: scenario) {
            Issue.record("\(failure)")
        }
    }
}
