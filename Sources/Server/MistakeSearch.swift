// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin

/// Finds what else is wrong with a plugin's stanzas, once its first mistake is known.
///
/// A plugin says one mistake and stops. Asked again without the option that the mistake is about, it
/// comes to the next one.
enum MistakeSearch {
    /// Every mistake of `stanzas`, `first` included; `setup` is left as it is.
    static func all(
        of stanzas: [Stanza],
        from first: CorefileError,
        _ plugin: any Plugin.Type,
        _ setup: Setup
    ) -> [CorefileError] {
        var mistakes = [first]
        var rest = stanzas
        // LIMIT: each turn takes one option away.
        while let last = mistakes.last, let fewer = without(last.position, rest) {
            rest = fewer
            var scratch = setup
            do throws(CorefileError) {
                _ = try plugin.init(parsing: rest, setup: &scratch)
                break
            } catch {
                // What is only missing now is no mistake of the one who wrote the file.
                guard without(error.position, rest) != nil else { break }
                mistakes.append(error)
            }
        }
        return mistakes
    }

    /// The stanzas without the option that has a word at `position`; nil when none has.
    private static func without(_ position: Position, _ stanzas: [Stanza]) -> [Stanza]? {
        for (index, stanza) in stanzas.enumerated() {
            let place = stanza.options.firstIndex { option in
                option.name.position == position
                    || option.arguments.contains { $0.position == position }
            }
            guard let place else { continue }
            var options = stanza.options
            options.remove(at: place)
            var fewer = stanzas
            fewer[index] = Stanza(name: stanza.name, arguments: stanza.arguments, options: options)
            return fewer
        }
        return nil
    }
}
