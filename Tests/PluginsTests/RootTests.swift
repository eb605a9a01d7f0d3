// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing

@Suite struct RootTests {
    @Test func setsTheFolderOfRelativePaths() throws {
        var surroundings = Surroundings()
        surroundings.files.folders = ["/etc/apus"]

        let (_, setup) = try surroundings.make(Root.self, "root /etc/apus")

        #expect(setup.resolve("zones/a") == "/etc/apus/zones/a")
        #expect(setup.resolve("/zones/a") == "/zones/a")
        #expect(setup.reports.isEmpty)
    }

    @Test func warnsOfAFolderThatIsNotThere() throws {
        let (_, setup) = try Surroundings().make(Root.self, "root /nowhere")

        #expect(setup.reports.map(\.isWarning) == [true])
        #expect(
            setup.reports.first?.description.hasPrefix(
                "Corefile:1:6: '/nowhere' is no folder"
            ) == true
        )
    }

    @Test(arguments: [
        ("root", "Corefile:1:1: 'root' wants the path of a folder"),
        ("root a b", "Corefile:1:8: 'b' is one argument too many for 'root'"),
        ("root a {\n  b\n}", "Corefile:2:3: 'root' takes no options"),
        (
            "root a\nroot b",
            "Corefile:2:1: 'root' can only be used once in a server block; the first is at "
                + "Corefile:1:1"
        ),
    ])
    func refusesWhatIsNoRoot(text: String, expected: String) throws {
        #expect(try refusal(of: Root.self, text) == expected)
    }
}
