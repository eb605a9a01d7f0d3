// SPDX-License-Identifier: Apache-2.0

import YAML

/// A mistake in a manifest: where it stands, what it is, and what would be right.
package struct ManifestMistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// The place in the file; nil when the file as a whole is meant.
    package let position: YAMLPosition?
    /// What is wrong and would be right, without control characters.
    package let text: String
    /// Whether the document is used all the same.
    package let isWarning: Bool

    package init(
        file: String,
        position: YAMLPosition?,
        _ text: String,
        isWarning: Bool = false
    ) {
        self.file = Self.printable(file)
        self.position = position
        self.text = Self.printable(text)
        self.isWarning = isWarning
    }

    /// `file:line:column: text`, as editors can open it.
    package var description: String {
        let place = position.map { "\(file):\($0)" } ?? file
        return isWarning ? "\(place): warning: \(text)" : "\(place): \(text)"
    }

    /// The same without the level, for a log that has its own.
    package var line: String { (position.map { "\(file):\($0)" } ?? file) + ": " + text }

    /// `text` with each control character written as an escape, since it ends in logs.
    private static func printable(_ text: String) -> String {
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u{\(digits)}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
