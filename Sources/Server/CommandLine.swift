// SPDX-License-Identifier: Apache-2.0

/// What the command line asks for; the flags are CoreDNS's.
package struct CommandLine: Hashable, Sendable {
    /// What the program is to do.
    package enum Task: Hashable, Sendable {
        case serve
        /// Parse and load everything, bind nothing, print every mistake.
        case check
        /// Print the plugins' manual.
        case manual
        /// Print the plugins' names.
        case plugins
        case version
        case help
        /// Print the script by which a shell completes commands.
        case completion(Completion.Shell)
        /// Carry out a command: its words, the verb first.
        case command([String])
    }

    package var task = Task.serve
    /// The Corefile; `stdin` for standard input, nil for `./Corefile` or the built-in one.
    package var corefile: String?
    package var port: UInt16 = 53
    package var pidfile: String?
    package var isQuiet = false
    /// The socket where commands are taken, or given; nil for the usual one, `off` for none.
    package var control: String?

    /// Why a command line is refused, and the exit code that goes with it.
    package struct Mistake: Error, Hashable, Sendable {
        package let text: String
        package let code: Int32
    }

    /// The flags, for people.
    package static let usage = """
        usage: apus [check | manual | completion SHELL | COMMAND] [flags]
          -conf FILE       the Corefile; 'stdin' reads standard input (default ./Corefile)
          -dns.port N, -p N   the port of server blocks that name none (default 53; 0: any free one)
          -control PATH    the socket for commands; 'off' for none
          -pidfile FILE    where to write the process's number
          -plugins         list the plugins
          -quiet           print no zones and no version
          -version         print the version
          check            parse and load everything, bind nothing, print every mistake
          manual           print the manual of all plugins
          completion SHELL print a script that completes commands, for bash, zsh or fish
          COMMAND          ask the server that runs, or with -conf what it would serve; see manual

        """

    /// Reads the arguments, the program's name left out; flags take one dash or two.
    ///
    /// `verbs`: the first words of commands.
    package init(parsing arguments: [String], verbs: [String] = []) throws(Mistake) {
        var rest = arguments[...]
        if let first = rest.first, verbs.contains(first) {
            try takeCommand(rest)
            return
        }
        if rest.first == "completion" {
            task = .completion(try Self.shell(rest.dropFirst()))
            return
        }
        if let first = rest.first, first == "check" || first == "manual" {
            task = first == "check" ? .check : .manual
            rest = rest.dropFirst()
        }
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument.count > 1 else {
                throw Mistake(
                    text:
                        "extra command line arguments: [\(([argument] + rest).joined(separator: " "))]",
                    code: 1
                )
            }
            var flag = argument.drop { $0 == "-" }
            var value: String?
            if let equals = flag.firstIndex(of: "=") {
                value = String(flag[flag.index(after: equals)...])
                flag = flag[..<equals]
            }
            try take(String(flag), value, &rest)
        }
    }

    private static func shell(
        _ words: ArraySlice<String>
    ) throws(Mistake) -> Completion.Shell {
        guard words.count == 1, let shell = words.first.flatMap(Completion.Shell.init(rawValue:))
        else { throw Mistake(text: "completion wants a shell: bash, zsh or fish", code: 2) }
        return shell
    }

    /// Takes a command: the flags that say where it is given, and its own words as they are.
    private mutating func takeCommand(_ words: ArraySlice<String>) throws(Mistake) {
        var rest = words
        var own: [String] = []
        while let word = rest.popFirst() {
            let flag = word.drop { $0 == "-" }.prefix { $0 != "=" }
            guard word.hasPrefix("-"), ["conf", "control", "dns.port"].contains(flag) else {
                own.append(word)
                continue
            }
            let equals = word.firstIndex(of: "=")
            let value = equals.map { String(word[word.index(after: $0)...]) }
            try take(String(flag), value, &rest)
        }
        task = .command(own)
    }

    /// Takes one flag, and its value from behind `=` or from the next argument.
    private mutating func take(
        _ flag: String,
        _ value: String?,
        _ rest: inout ArraySlice<String>
    ) throws(Mistake) {
        switch flag {
        case "conf": corefile = try Self.value(of: flag, value, &rest)
        case "dns.port", "p":
            let text = try Self.value(of: flag, value, &rest)
            guard let number = UInt16(text) else {
                throw Mistake(
                    text:
                        "invalid value '\(text)' for flag -\(flag): a port from 0 to 65535 is wanted",
                    code: 2
                )
            }
            port = number
        case "control": control = try Self.value(of: flag, value, &rest)
        case "pidfile": pidfile = try Self.value(of: flag, value, &rest)
        case "quiet": isQuiet = try Self.truth(of: flag, value)
        case "plugins": if try Self.truth(of: flag, value) { task = .plugins }
        case "version": if try Self.truth(of: flag, value) { task = .version }
        case "h", "help": task = .help
        default:
            throw Mistake(text: "unknown flag: -\(flag)\n\(Self.usage)", code: 2)
        }
    }

    private static func value(
        of flag: String,
        _ value: String?,
        _ rest: inout ArraySlice<String>
    ) throws(Mistake) -> String {
        if let value { return value }
        guard let next = rest.popFirst() else {
            throw Mistake(text: "flag -\(flag) needs a value\n\(usage)", code: 2)
        }
        return next
    }

    /// A flag without value is true; `=false` turns it off.
    private static func truth(of flag: String, _ value: String?) throws(Mistake) -> Bool {
        switch value {
        case nil, "true", "1", "t", "T", "TRUE", "True": return true
        case "false", "0", "f", "F", "FALSE", "False": return false
        default:
            throw Mistake(
                text: "invalid value '\(value ?? "")' for flag -\(flag): true or false is wanted",
                code: 2
            )
        }
    }
}
