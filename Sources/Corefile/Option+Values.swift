// SPDX-License-Identifier: Apache-2.0

extension Option {
    /// The option's only argument; `what` says what it would be.
    package func oneArgument(_ what: String) throws(CorefileError) -> Word {
        try arguments(1...1, what)
        return arguments[0]
    }

    /// Makes sure that no argument is given.
    package func noArguments() throws(CorefileError) {
        guard let first = arguments.first else { return }
        throw CorefileError(at: first.position, "'\(name.text.shortened)' takes no argument")
    }

    /// Makes sure that the number of arguments lies in `range`; `what` says what they would be.
    package func arguments(_ range: ClosedRange<Int>, _ what: String) throws(CorefileError) {
        let name = name.text.shortened
        if arguments.count < range.lowerBound {
            throw CorefileError(at: self.name.position, "'\(name)' wants \(what)")
        }
        if arguments.count > range.upperBound {
            let word = arguments[range.upperBound]
            throw CorefileError(
                at: word.position,
                "'\(word.text.shortened)' is one argument too many; '\(name)' wants \(what)"
            )
        }
    }

    /// The error that nothing is called like this.
    ///
    /// It names the nearest of `names`, or all of them when none is near.
    package func unknown(_ names: [String]) -> CorefileError {
        var text = "unknown option '\(name.text.shortened)'"
        if let nearest = Nearest.word(to: name.text, in: names) {
            text += "; try '\(nearest)'"
        } else if !names.isEmpty {
            text += "; known are \(names.sorted().joined(separator: ", "))"
        }
        return CorefileError(at: name.position, text)
    }

    /// The error that this is known but not built.
    package func notYet() -> CorefileError { name.notYet("option") }
}
