// SPDX-License-Identifier: Apache-2.0

import Testing
import YAML

@Suite struct YAMLNamesTests {
    private static let names: YAMLNames = [
        "", "a", "ab", "ba", "name", "mane", "amen", "namespace", "labels", "apiVersion",
    ]

    private static func unnamed(_ text: String, _ names: YAMLNames) throws -> [String] {
        var reader = YAMLReader(Array(text.utf8))
        let root = try #require(try reader.next()?.get())
        return try #require(root.pairs).unnamed(in: names).map(\.key)
    }

    @Test func findsEachOfItsNames() throws {
        let text = Self.names.all.map { "'\($0)': 1\n" }.joined()

        #expect(try Self.unnamed(text, Self.names) == [])
    }

    @Test(
        "What is no name is told",
        arguments: ["b", "aa", "naem", "Name", "names", "nam", "apiversion", "é", "label"]
    )
    func tellsWhatIsNoName(key: String) throws {
        #expect(try Self.unnamed("name: 1\n\(key): 2\nlabels: 3\n", Self.names) == [key])
        #expect(try Self.unnamed("\(key): 2\n", []) == [key])
    }
}
