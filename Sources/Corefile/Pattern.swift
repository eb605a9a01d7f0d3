// SPDX-License-Identifier: Apache-2.0

/// One part of a path with wildcards, as the shell knows them.
///
/// `*` stands for any characters, `?` for one, `[a-z]` for one of a set, `[^a-z]` for one outside
/// it; `\` takes the next character as it is. A pattern covers one name: it matches no `/`.
struct Pattern: Hashable, Sendable {
    /// What one character of a name must be.
    private enum Element: Hashable {
        case anyCharacters
        case anyCharacter
        case character(Unicode.Scalar)
        case set([ClosedRange<Unicode.Scalar>], isInverted: Bool)

        func matches(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .anyCharacters, .anyCharacter: true
            case .character(let own): own == scalar
            case .set(let ranges, let isInverted):
                ranges.contains { $0.contains(scalar) } != isInverted
            }
        }
    }

    private var elements: [Element] = []

    /// Whether `text` holds a character that a pattern treats specially.
    static func isPattern(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.contains { $0 == "*" || $0 == "?" || $0 == "[" || $0 == "\\" }
    }

    /// Reads a pattern; nil when a set or an escape in it has no end.
    init?(_ text: some StringProtocol) {
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "*":
                if elements.last != .anyCharacters { elements.append(.anyCharacters) }
            case "?":
                elements.append(.anyCharacter)
            case "[":
                guard let set = Self.set(scalars, &index) else { return nil }
                elements.append(set)
            case "\\":
                guard index < scalars.count else { return nil }
                elements.append(.character(scalars[index]))
                index += 1
            default:
                elements.append(.character(scalar))
            }
        }
    }

    /// Reads a set from behind its `[` to behind its `]`.
    private static func set(_ scalars: [Unicode.Scalar], _ index: inout Int) -> Element? {
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var isInverted = false
        if index < scalars.count, scalars[index] == "^" {
            isInverted = true
            index += 1
        }
        while index < scalars.count, scalars[index] != "]" {
            guard let lower = member(scalars, &index) else { return nil }
            var upper = lower
            if index < scalars.count, scalars[index] == "-" {
                index += 1
                guard let end = member(scalars, &index) else { return nil }
                upper = end
            }
            guard lower <= upper else { return nil }
            ranges.append(lower...upper)
        }
        guard index < scalars.count, !ranges.isEmpty else { return nil }
        index += 1
        return .set(ranges, isInverted: isInverted)
    }

    /// Reads one end of a set's range.
    private static func member(
        _ scalars: [Unicode.Scalar],
        _ index: inout Int
    ) -> Unicode.Scalar? {
        if index < scalars.count, scalars[index] == "\\" { index += 1 }
        guard index < scalars.count, scalars[index] != "]" || scalars[index - 1] == "\\" else {
            return nil
        }
        index += 1
        return scalars[index - 1]
    }

    /// Whether the pattern covers the whole name.
    ///
    /// Only the last `*` is ever tried again, so the work is at most elements times characters.
    func matches(_ name: String) -> Bool {
        let scalars = Array(name.unicodeScalars)
        var index = 0
        var element = 0
        var retry: (element: Int, index: Int)?
        while index < scalars.count {
            if element < elements.count, elements[element] == .anyCharacters {
                retry = (element + 1, index)
                element += 1
            } else if element < elements.count, elements[element].matches(scalars[index]) {
                element += 1
                index += 1
            } else if let last = retry {
                retry = (last.element, last.index + 1)
                element = last.element
                index = last.index + 1
            } else {
                return false
            }
        }
        return elements[element...].allSatisfy { $0 == .anyCharacters }
    }
}
