// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin

/// The commands by which people write manifests; it writes nothing itself, but says what and where.
package struct AuthoringConsole: Sendable {
    /// The verbs that it knows.
    package static let verbs = ["expose", "edit"]

    /// The kinds that can be exposed, and those that are found where they are written.
    package static let exposedKinds = ["deployment", "pod", "replicaset", "service"]
    package static let writtenKinds = WrittenKind.all.map { $0.kind.lowercased() }

    private let contents: ClusterContents
    private let files: any FileSource
    /// The paths of the manifests, as they are opened.
    private let manifests: [String]

    /// A console over what manifests say; `files`: where they are read again.
    package init(_ contents: ClusterContents, files: any FileSource, manifests: [String]) {
        self.contents = contents
        self.files = files
        self.manifests = manifests
    }

    /// Carries out a command.
    package func run(_ request: CommandRequest) -> CommandOutput {
        let words = Array(request.words.dropFirst())
        do throws(CommandMistake) {
            if request.words.first == "edit" { return try EditCommand(words).run(contents, files) }
            let search = ObjectSearch(files, contents.paths)
            return try ExposeCommand(words).run(contents, search, folder: folder)
        } catch {
            return .failure(error.text)
        }
    }

    /// The first folder of manifests, from `/`; nil when all of them are files.
    private var folder: String? {
        for path in manifests {
            guard let identity = try? files.identity(of: path), identity.isFolder,
                let real = try? files.realPath(of: path), real.hasPrefix("/")
            else { continue }
            return real
        }
        return nil
    }
}
