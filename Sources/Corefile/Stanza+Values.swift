// SPDX-License-Identifier: Apache-2.0

extension [Stanza] {
    /// The only stanza of a plugin that a server block may hold once.
    package func onlyOnce() throws(CorefileError) -> Stanza {
        guard let first else {
            throw CorefileError(
                at: Position(file: "", line: 1, column: 1),
                "a plugin without a stanza cannot be made"
            )
        }
        guard count == 1 else {
            throw CorefileError(
                at: self[1].name.position,
                "'\(first.name.text)' can only be used once in a server block; the first is at "
                    + "\(first.name.position)"
            )
        }
        return first
    }
}

extension Stanza {
    /// Makes sure that at most `count` arguments are given.
    package func arguments(atMost count: Int) throws(CorefileError) {
        guard arguments.count > count else { return }
        throw CorefileError(
            at: arguments[count].position,
            "'\(arguments[count].text.shortened)' is one argument too many for '\(name.text)'"
        )
    }

    /// Makes sure that no option is given.
    package func noOptions() throws(CorefileError) {
        guard let first = options.first else { return }
        throw CorefileError(at: first.name.position, "'\(name.text)' takes no options")
    }
}
