// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin

/// The commands that look at a cluster, with kubectl's grammar and columns.
package struct ClusterConsole: Sendable {
    /// The verbs that it knows.
    package static let verbs = ["get", "describe"]

    /// The kinds that can be asked for.
    package static let kinds = ResourceKind.allCases.map(\.names.plural)

    private let contents: ClusterContents
    private let files: any FileSource

    /// A console over what manifests say; `files`: where they are read again.
    package init(_ contents: ClusterContents, files: any FileSource) {
        self.contents = contents
        self.files = files
    }

    /// Carries out a command.
    package func run(_ request: CommandRequest) -> CommandOutput {
        let words = Array(request.words.dropFirst())
        let sources = ObjectSources(files)
        do throws(CommandMistake) {
            switch request.words.first {
            case "get":
                var command = try GetCommand(
                    words,
                    contents,
                    sources,
                    wallSeconds: request.wallSeconds
                )
                return try command.run()
            case "describe":
                var command = try DescribeCommand(words, contents, sources)
                return command.run()
            default:
                throw CommandMistake(
                    "error: unknown command; known are " + Self.verbs.joined(separator: ", ")
                )
            }
        } catch {
            return .failure(error.text)
        }
    }
}
