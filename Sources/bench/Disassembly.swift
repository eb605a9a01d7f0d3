// SPDX-License-Identifier: Apache-2.0

/// The functions of a program, as `objdump -d --no-show-raw-insn` writes them: whom each refers to,
/// and which of its instructions lock memory.
struct Disassembly {
    /// One function.
    struct Function: Equatable {
        /// Every function whose beginning an instruction names: called, jumped to or handed on.
        var references: Set<String> = []
        /// Instructions that take a cache line from all other cores.
        var lockings: [String] = []
    }

    /// A program for another machine than the one whose instructions are known here.
    struct OtherFormat: Error, Equatable, CustomStringConvertible {
        /// What `objdump` calls it; nil when it says nothing.
        let format: String?

        var description: String {
            "objdump says file format \(format ?? "nothing"): what locks is only known for "
                + Disassembly.knownFormat
        }
    }

    /// The format of programs whose instructions are known.
    private static let knownFormat = "elf64-x86-64"
    /// The lines that the format is looked for in.
    private static let maximumHeadLineCount = 4

    private(set) var functions: [String: Function] = [:]

    init(parsing bytes: some Collection<UInt8>) throws(OtherFormat) {
        var name = ""
        var function = Function()
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        var format: String?
        for line in lines.prefix(Self.maximumHeadLineCount) where format == nil {
            format = Self.format(line)
        }
        guard format == Self.knownFormat else { throw OtherFormat(format: format) }
        for line in lines {
            if let next = Self.heading(line) {
                functions[name] = function
                (name, function) = (next, Function())
            } else if let start = line.firstIndex(of: UInt8(ascii: "\t")) {
                let instruction = line[line.index(after: start)...]
                if let target = Self.target(instruction), target != name {
                    function.references.insert(target)
                }
                if Self.mayLock(instruction) {
                    let text = String(decoding: instruction, as: UTF8.self)
                    if Self.locks(text) { function.lockings.append(text) }
                }
            }
        }
        functions[name] = function
        functions[""] = nil
    }

    /// All functions that can be reached from `roots`, by references, each with one that led there.
    ///
    /// Those for which `isEnd` says so are reached, and what they refer to is not because of them.
    func reached(
        from roots: [String],
        endingAt isEnd: (String) -> Bool = { _ in false }
    ) -> [String: String] {
        var reached: [String: String] = [:]
        var waiting: [String] = []
        for root in roots where functions[root] != nil && reached[root] == nil {
            reached[root] = root
            waiting.append(root)
        }
        while let name = waiting.popLast() {
            if isEnd(name) { continue }
            for target in (functions[name]?.references ?? []).sorted()
            where functions[target] != nil && reached[target] == nil {
                reached[target] = name
                waiting.append(target)
            }
        }
        return reached
    }

    /// Whether a function, or one that can be reached from it, locks.
    func locksSomewhere(from name: String) -> Bool {
        reached(from: [name]).keys.contains { functions[$0]?.lockings.isEmpty == false }
    }

    /// The last word of `program:     file format elf64-x86-64`.
    private static func format(_ line: some Collection<UInt8>) -> String? {
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.suffix(3).prefix(2) == ["file", "format"] else { return nil }
        return words.last.map(String.init)
    }

    /// The name in `0000000000001139 <main>:`.
    private static func heading(_ line: some Collection<UInt8>) -> String? {
        guard let first = line.first, first != UInt8(ascii: " "),
            let start = line.firstIndex(of: UInt8(ascii: "<")),
            line.suffix(2).elementsEqual(">:".utf8)
        else { return nil }
        return String(decoding: line[line.index(after: start)...].dropLast(2), as: UTF8.self)
    }

    /// The name in `<name>`; nil when the place lies inside a function, as in `<name+0x10>`.
    private static func target(_ instruction: some Collection<UInt8>) -> String? {
        guard instruction.reversed().first == UInt8(ascii: ">"),
            let start = instruction.firstIndex(of: UInt8(ascii: "<"))
        else { return nil }
        let name = instruction[instruction.index(after: start)...].dropLast()
        return name.contains(UInt8(ascii: "+")) ? nil : String(decoding: name, as: UTF8.self)
    }

    /// A quick look, so that few lines become text.
    private static func mayLock(_ instruction: some Collection<UInt8>) -> Bool {
        instruction.starts(with: "lock".utf8) || instruction.starts(with: "xchg".utf8)
            || instruction.starts(with: "xacq".utf8) || instruction.starts(with: "xrel".utf8)
    }

    /// Whether an x86-64 instruction locks: by its prefix, or as `xchg` with memory always does.
    static func locks(_ instruction: String) -> Bool {
        guard let word = instruction.split(separator: " ").first else { return false }
        switch word {
        case "lock", "xacquire", "xrelease": return true
        default: return word.hasPrefix("xchg") && instruction.contains("(")
        }
    }
}
