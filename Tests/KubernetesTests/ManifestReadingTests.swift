// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import Testing

@testable import Kubernetes

@Suite struct ManifestReadingTests {
    /// Does the last piece first, and notes how many there were.
    private final class Backwards: Workforce {
        let count = Atomic<Int>(0)

        func perform(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
            self.count.add(count, ordering: .relaxed)
            for number in (0..<count).reversed() { piece(number) }
        }
    }

    private static func files() -> MemoryFiles {
        let files = MemoryFiles(
            Dictionary(
                uniqueKeysWithValues: (0..<50).map {
                    ("m/\($0 % 3)/f\($0).yaml", file(namespace("n\($0)"), headless("contested")))
                }
            )
        )
        files["m/1/broken.yaml"] = "kind: ["
        files["m/2/unreadable.yaml"] = namespace("x")
        files.fail("m/2/unreadable.yaml", .denied)
        return files
    }

    @Test func givesTheSameInWhateverOrderFilesAreRead() throws {
        let files = Self.files()
        let force = Backwards()

        let alone = try ManifestSet.load(paths: ["m"], from: files)
        let together = try ManifestSet.load(paths: ["m"], from: files, workforce: force)

        #expect(together.outline == alone.outline)
        #expect(together.mistakes == alone.mistakes)
        #expect(!together.mistakes.isEmpty)
        #expect(force.count.load(ordering: .relaxed) >= 51)
    }

    @Test func handsOutOnlyWhatHasChanged() throws {
        let files = Self.files()
        let first = try ManifestSet.load(paths: ["m"], from: files)
        files["m/1/f1.yaml"] = namespace("new")
        files.fail("m/2/unreadable.yaml", nil)
        let force = Backwards()

        let second = try ManifestSet.load(
            paths: ["m"],
            from: files,
            workforce: force,
            previous: first
        )

        #expect(second.outline.contains("new"))
        #expect(second.outline.contains("x"))
        // The two, as what is broken is known by its identity too.
        #expect(force.count.load(ordering: .relaxed) == 2)
    }
}
