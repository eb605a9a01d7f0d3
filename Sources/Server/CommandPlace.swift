// SPDX-License-Identifier: Apache-2.0

import Posix

/// Where commands are given and taken.
enum CommandPlace {
    /// What says that there is to be no such place.
    static let none = "off"
    /// The folder of the usual place for root.
    private static let rootFolder = "/run/apus"

    /// The path of the socket: the one that is told, else the usual one of this user; nil for none.
    static func path(
        told: String?,
        isRoot: Bool,
        environment: [String: String]
    ) -> String? {
        if let told { return told == none ? nil : told }
        if isRoot { return rootFolder + "/apus.sock" }
        guard let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") else {
            return nil
        }
        return folder + "/apus.sock"
    }

    /// Makes the folder of the usual place for root.
    static func prepare(_ path: String) throws(SystemError) {
        if path.hasPrefix(rootFolder + "/") { try LocalListener.makeFolder(rootFolder) }
    }
}
