// SPDX-License-Identifier: Apache-2.0

/// Finds the word that somebody probably meant.
package enum Nearest {
    /// The longest word that is compared, in bytes; a longer one has no neighbour.
    package static let maximumByteCount = 64

    /// The first of the known words with the fewest changes from `word`, when they are few enough.
    package static func word(to word: String, in known: [String]) -> String? {
        let wanted = Array(word.lowercased().utf8)
        guard wanted.count <= maximumByteCount else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in known {
            let distance = distance(wanted, Array(candidate.lowercased().utf8))
            if distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, wanted.count / 2) else { return nil }
        return best.word
    }

    /// The number of insertions, deletions, replacements and swaps between two words.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for row in 1..<(left.count + 1) {
            var current = [row]
            for column in 1..<(right.count + 1) {
                let cost = left[row - 1] == right[column - 1] ? 0 : 1
                var least = min(
                    rows[row - 1][column] + 1,
                    current[column - 1] + 1,
                    rows[row - 1][column - 1] + cost
                )
                if row > 1, column > 1, left[row - 1] == right[column - 2],
                    left[row - 2] == right[column - 1]
                {
                    least = min(least, rows[row - 2][column - 2] + 1)
                }
                current.append(least)
            }
            rows.append(current)
        }
        return rows[left.count][right.count]
    }
}
