// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Plugin

/// Sets the folder that the relative paths of a server block start from.
package struct Root: Plugin {
    package static let manual = Manual(
        name: "root",
        summary: "the folder that relative paths of this server block start from",
        usage: "PATH",
        example: "root zones",
        isHandler: false
    )

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let stanza = try stanzas.onlyOnce()
        try stanza.noOptions()
        try stanza.arguments(atMost: 1)
        guard let path = stanza.arguments.first else {
            throw CorefileError(at: stanza.name.position, "'root' wants the path of a folder")
        }
        setup.root = path.text
        let isFolder = (try? setup.files.identity(of: path.text))?.isFolder == true
        if !isFolder {
            setup.reports.append(
                Report(
                    "\(path.position): '\(path.text)' is no folder; relative paths of this server "
                        + "block will not be found",
                    isWarning: true
                )
            )
        }
    }
}
