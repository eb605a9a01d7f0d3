// SPDX-License-Identifier: Apache-2.0

extension YAMLError {
    /// A syntax error of libyaml in words that say what would be right.
    ///
    /// - Parameters:
    ///   - problem: libyaml's text for what it met.
    ///   - context: libyaml's text for what it was reading.
    ///   - next: The character at which it stopped; nil at the end.
    ///   - place: Where it stopped.
    ///   - opening: Where what it was reading began.
    /// - Returns: The error to show.
    static func translated(
        problem: String,
        context: String,
        next: Unicode.Scalar?,
        place: YAMLPosition,
        opening: YAMLPosition
    ) -> YAMLError {
        if context.contains("quoted scalar"), problem.contains("end of stream") {
            return YAMLError(
                at: opening,
                "the quote is never closed; end the text with the same quote"
            )
        }
        if context.contains("quoted scalar"), problem.contains("document indicator") {
            let mistake =
                "the quote is not closed before '---' or '...'; end the text with the same quote"
            return YAMLError(at: opening, mistake)
        }
        if problem.contains("',' or ']'") {
            return YAMLError(at: place, "expected ',' or ']' to go with the '[' at \(opening)")
        }
        if problem.contains("',' or '}'") {
            let mistake = "expected ',' or '}' to go with the '{' at \(opening)"
            return YAMLError(at: place, mistake + "; quote a text that begins with '{'")
        }
        if problem.contains("undefined tag handle") {
            return YAMLError(at: place, "unknown tag; quote a text that begins with '!'")
        }
        return YAMLError(at: place, hint(problem: problem, context: context, next: next))
    }

    /// The words for a problem that needs no second place.
    private static func hint(problem: String, context: String, next: Unicode.Scalar?) -> String {
        switch problem {
        case "found character that cannot start any token":
            switch next {
            case "\t": return "a tab where indentation is wanted; indent with spaces"
            case let next?: return "a value cannot begin with '\(next)'; quote it"
            case nil: return "a value is cut off"
            }
        case "found a tab character that violates indentation",
            "found a tab character where an indentation space is expected":
            return "a tab where indentation is wanted; indent with spaces"
        case "mapping values are not allowed in this context":
            return "a second ': ' in one line, or wrong indentation; quote a value that holds ': '"
        case "could not find expected ':'":
            return "a key without ': '; write 'key: value', all keys of a mapping in one column"
        case "did not find expected key":
            return "expected a key here; give all keys of a mapping the same indentation"
        case "did not find expected '-' indicator":
            return "expected '- ' here; give all items of a list the same indentation"
        case "block sequence entries are not allowed in this context":
            return "a list item '- ' cannot stand here; put it on a line of its own"
        case "found unknown escape character":
            return "unknown escape after '\\'; use single quotes, or '\\\\' for a backslash"
        case "did not find expected <document start>":
            return "text behind the end of a document; begin the next one with '---'"
        default:
            return context.isEmpty ? problem : problem + ", " + context
        }
    }
}
