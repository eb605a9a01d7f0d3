// SPDX-License-Identifier: Apache-2.0

import Plugin

/// The manual of all plugins as one Markdown page, made from what the plugins say of themselves.
package enum ManualPage {
    package static func text(of plugins: [any Plugin.Type]) -> String {
        var text = """
            # Plugins

            Made from the plugins' own manuals by `apus manual`; do not edit. They are listed in the
            order in which a query meets them.

            """
        for plugin in plugins { text += page(plugin.manual) }
        return text
    }

    private static func page(_ manual: Manual) -> String {
        var text = "\n## \(manual.name)\n\n\(manual.summary.prefix(1).uppercased())"
        text += "\(manual.summary.dropFirst()).\n\n"
        text += "Usage: `\(manual.name)\(manual.usage.isEmpty ? "" : " " + manual.usage)`"
        text += manual.isRepeatable ? " (may be repeated in a server block)\n" : "\n"
        if !manual.options.isEmpty {
            text += "\n| option | meaning |\n|---|---|\n"
            for option in manual.options {
                text += "| `\(escaped(option.usage))` | \(escaped(option.text)) |\n"
            }
        }
        if !manual.commands.isEmpty {
            text += "\n| command | what it says |\n|---|---|\n"
            for command in manual.commands {
                text += "| `apus \(escaped(command.usage))` | \(escaped(command.text)) |\n"
            }
        }
        text += "\n```corefile-stanza\n\(manual.example)\n```\n"
        if !manual.metrics.isEmpty {
            let names = manual.metricNames.map { "`\($0)`" }
            text += "\nMetrics: \(names.joined(separator: ", ")).\n"
        }
        return text
    }

    /// Text that does not end a table's cell.
    private static func escaped(_ text: String) -> String {
        String(text.flatMap { $0 == "|" ? Array("\\|") : [$0] })
    }
}
