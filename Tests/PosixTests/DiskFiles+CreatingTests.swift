// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing

@Suite struct DiskFilesCreatingTests {
    private let folder = TemporaryFolder()

    @Test func writesWhatIsNotThereAndNothingElse() throws {
        let files = DiskFiles()

        #expect(try files.create(folder("new.yaml"), with: Array("first".utf8)))
        #expect(try !files.create(folder("new.yaml"), with: Array("second".utf8)))

        #expect(try files.read(folder("new.yaml")) == Array("first".utf8))
        #expect(try files.list(folder("")) == ["new.yaml"])
    }

    @Test func saysWhyItCannot() {
        #expect(throws: SystemError.self) {
            try DiskFiles().create(folder("none/new.yaml"), with: [])
        }
    }
}
