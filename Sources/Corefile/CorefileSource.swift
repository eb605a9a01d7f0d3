// SPDX-License-Identifier: Apache-2.0

/// What a Corefile may reach for besides its own text: files to import, and the environment.
package protocol CorefileSource {
    /// The whole content of the file at `path`.
    func read(_ path: String) throws(UnreadableFile) -> [UInt8]

    /// The names in the folder at `path`, without `.` and `..`, in any order.
    func names(inFolder path: String) throws(UnreadableFile) -> [String]

    /// The value of an environment variable; nil when it is not set.
    func environment(_ name: String) -> String?
}

/// Why a file or folder could not be read.
package enum UnreadableFile: Error, Hashable, Sendable {
    case missing
    case isFolder
    /// Anything else, in words.
    case other(String)
}

/// No files and no environment: a Corefile that stands alone.
package struct NoSource: CorefileSource, Sendable {
    package init() {}

    package func read(_ path: String) throws(UnreadableFile) -> [UInt8] { throw .missing }

    package func names(inFolder path: String) throws(UnreadableFile) -> [String] {
        throw .missing
    }

    package func environment(_ name: String) -> String? { nil }
}
