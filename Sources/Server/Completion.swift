// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Scripts by which shells complete the commands of this program.
///
/// Verbs, kinds and flags stand in them as the plugins' manuals have them; names of objects are asked
/// for with `apus get KIND -o name`.
package enum Completion {
    /// A shell whose scripts are made.
    package enum Shell: String, CaseIterable, Hashable, Sendable {
        case bash, zsh, fish
    }

    /// The first words besides the plugins' verbs.
    static let ownVerbs = ["check", "completion", "manual"]
    /// The flags that every command takes, each with a value.
    static let commonFlags = ["-conf", "-control"]
    /// The flags of the server.
    static let serverFlags = [
        "-conf", "-control", "-dns.port", "-p", "-pidfile", "-plugins", "-quiet", "-version",
    ]

    /// A filter of what `get KIND -o name` says: the names, but for what a shell might take for more.
    static let nameFilter = "sed -n 's|.*/||; /^[A-Za-z0-9._-]*$/p'"

    /// The script of a shell.
    package static func script(for shell: Shell, _ plugins: [any Plugin.Type]) -> String {
        let verbs = CompletedVerb.all(of: plugins)
        return switch shell {
        case .bash: bash(verbs)
        case .zsh: zsh(verbs)
        case .fish: fish(verbs)
        }
    }

    /// All first words, sorted.
    static func names(_ verbs: [CompletedVerb]) -> [String] {
        (verbs.map(\.name) + ownVerbs).sorted()
    }

    /// The flags that take a value, of all verbs, each once.
    static func valueFlags(_ verbs: [CompletedVerb]) -> [String] {
        var flags = commonFlags + ["--conf", "--control", "-dns.port", "-p", "-pidfile"]
        flags += ["--namespace", "--output"]
        for flag in verbs.flatMap(\.flags) where flag.takesValue && !flags.contains(flag.written) {
            flags.append(flag.written)
        }
        return flags
    }

    /// The lines of a `case` for bash and zsh that tell what belongs to each verb.
    ///
    /// They set `choices`, `objects` (a kind, or `*` for the one that was chosen), `flags`.
    static func cases(_ verbs: [CompletedVerb]) -> String {
        var text = ""
        for verb in verbs {
            let objects =
                switch verb.objects {
                case .none: ""
                case .ofChosenKind: "*"
                case .ofKind(let kind): kind
                }
            let flags = (verb.flags.map(\.written) + commonFlags).joined(separator: " ")
            text += "    \(verb.name))\n"
            text += "        choices='\(verb.choices.joined(separator: " "))'\n"
            text += "        objects='\(objects)'\n"
            text += "        flags='\(flags)' ;;\n"
        }
        let shells = Shell.allCases.map(\.rawValue).joined(separator: " ")
        return text + "    completion) choices='\(shells)' ;;\n"
    }

    /// The lines of a `case` that tell the values of flags, by the verb and the flag.
    static func valueCases(_ verbs: [CompletedVerb]) -> String {
        var text = ""
        for verb in verbs {
            for flag in verb.flags where !flag.values.isEmpty {
                text += "    '\(verb.name) \(flag.written)') "
                text += "words='\(flag.values.joined(separator: " "))' ;;\n"
            }
        }
        return text
    }
}
