// SPDX-License-Identifier: Apache-2.0

/// Finds the word that was meant.
package enum Spelling {
    /// The longest word that is compared, in bytes.
    static let maximumWordLength = 64

    /// The word of `known` that `word` is most like; nil when none is near.
    package static func nearest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= maximumWordLength else { return nil }
        let given = Array(word.lowercased().utf8)
        let allowed = max(1, given.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known {
            let distance = distance(given, Array(candidate.lowercased().utf8))
            if distance <= allowed, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        if let best { return best.word }
        // A word that was cut short.
        return given.count < 3 ? nil : known.first { $0.lowercased().utf8.starts(with: given) }
    }

    /// How many letters must be added, dropped, changed or swapped to make one word of the other.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var twoBack: [Int] = []
        var back = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var cost = min(
                    back[column] + (isSame ? 0 : 1),
                    min(back[column + 1], current[column]) + 1
                )
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, twoBack[column - 1] + 1)
                }
                current.append(cost)
            }
            twoBack = back
            back = current
        }
        return back[right.count]
    }
}
