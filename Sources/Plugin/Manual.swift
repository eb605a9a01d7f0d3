// SPDX-License-Identifier: Apache-2.0

/// A plugin's manual page, as data: `-plugins`, `docs/plugins.md` and the tests read the same value.
package struct Manual: Sendable {
    /// Whose names come behind a command's first words.
    package enum Objects: Hashable, Sendable {
        case none
        /// Those of the kind that was said before.
        case ofChosenKind
        case ofKind(String)
    }

    /// One option of a plugin, or one of its commands.
    package struct Option: Sendable {
        /// Its name and arguments as they are written: `ttl SECONDS`.
        package let usage: String
        /// What it does, its bounds and its default.
        package let text: String
        /// Of a command, what may come first behind its name; for shells to complete.
        package let choices: [String]
        /// Of a command, whose names come next.
        package let objects: Objects

        package init(
            _ usage: String,
            _ text: String,
            choices: [String] = [],
            objects: Objects = .none
        ) {
            self.usage = usage
            self.text = text
            self.choices = choices
            self.objects = objects
        }

        /// The first word of the usage.
        package var name: String {
            String(usage.prefix { $0 != " " })
        }
    }

    /// The name of the directive.
    package let name: String
    /// One line: what it does.
    package let summary: String
    /// The directive's own arguments as they are written, without its name.
    package let usage: String
    package let options: [Option]
    /// The commands that can be given to it: `get KIND [NAME...]`.
    package let commands: [Option]
    /// A stanza that parses.
    package let example: String
    /// The names of its metrics: those of CoreDNS without their prefix, our own with `apus_`.
    package let metrics: [String]

    /// The same as they stand on the page.
    package var metricNames: [String] {
        metrics.map { $0.hasPrefix("apus_") ? $0 : "coredns_\($0)" }
    }

    /// Whether a server block may hold it more than once.
    package let isRepeatable: Bool
    /// Whether it takes part in queries, and is listed in `plugin_enabled`.
    package let isHandler: Bool

    package init(
        name: String,
        summary: String,
        usage: String = "",
        options: [Option] = [],
        commands: [Option] = [],
        example: String,
        metrics: [String] = [],
        isRepeatable: Bool = false,
        isHandler: Bool = true
    ) {
        self.name = name
        self.summary = summary
        self.usage = usage
        self.options = options
        self.commands = commands
        self.example = example
        self.metrics = metrics
        self.isRepeatable = isRepeatable
        self.isHandler = isHandler
    }

    /// The names of all options.
    package var optionNames: [String] { options.map(\.name) }

    /// The verbs of all commands.
    package var verbs: [String] { commands.map(\.name) }
}
