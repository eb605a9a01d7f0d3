// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@testable import bench

@Suite struct ToolTests {
    @Test func saysWhatIsMissing() {
        #expect(throws: Tool.Missing.self) { try Tool.path("no-such-program") }
        #expect(
            "\(Tool.Missing(name: "objdump"))"
                == "objdump is not installed; scripts/setup tools does that"
        )
    }

    @Test func keepsWhatAToolSays() throws {
        let folder = try ScratchFolder(named: "bench-tests")
        defer { folder.remove() }
        try Tool.run([try Tool.path("printf"), "two\nlines"], output: folder("said"))

        #expect(try Tool.text(folder("said")) == "two\nlines")
    }
}
