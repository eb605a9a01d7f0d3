// SPDX-License-Identifier: Apache-2.0

import Corefile
import Wire

extension MasterFileReader {
    /// The directives that are understood.
    private static let directives = ["$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"]

    /// Does what a directive says; `word` is its name.
    mutating func obey(_ lexer: MasterLexer, _ word: MasterToken) throws(ZoneMistake) {
        let name = lexer.text(word)
        switch name.uppercased() {
        case "$ORIGIN":
            try expect(lexer, 1...1, "'$ORIGIN NAME'")
            let origin = try self.name(lexer, lexer.tokens[1])
            withInnermost { $0.origin = origin }
        case "$TTL":
            try expect(lexer, 1...1, "'$TTL SECONDS'")
            guard let ttl = MasterValues.ttl(lexer.bytes[lexer.tokens[1].range]) else {
                throw badTTL(lexer, lexer.tokens[1])
            }
            withInnermost { $0.defaultTTL = ttl }
        case "$INCLUDE":
            try expect(lexer, 1...2, "'$INCLUDE FILE [ORIGIN]'")
            try include(lexer)
        case "$GENERATE":
            try generate(lexer)
        default:
            let nearest = Nearest.word(to: name, in: Self.directives)
            let hint = nearest.map { "; try '\($0)'" } ?? ""
            throw lexer.mistake(at: word, "unknown directive '\(name)'\(hint)")
        }
    }

    /// Changes the state of the file that is being read.
    private mutating func withInnermost(_ change: (inout OpenFile) -> Void) {
        guard let current = open.indices.last else { return }
        change(&open[current])
    }

    /// Makes sure that a directive has so many arguments.
    private func expect(
        _ lexer: MasterLexer,
        _ range: ClosedRange<Int>,
        _ usage: String
    ) throws(ZoneMistake) {
        let count = lexer.tokens.count - 1
        guard !range.contains(count) else { return }
        let token = lexer.tokens[count > range.upperBound ? range.upperBound + 1 : 0]
        let what = count > range.upperBound ? "one word too many" : "too few words"
        throw lexer.mistake(at: token, "\(what); \(usage) is wanted")
    }

    /// The name that a word writes, seen from the origin.
    func name(_ lexer: MasterLexer, _ token: MasterToken) throws(ZoneMistake) -> Name {
        let origin = open.last?.origin ?? .root
        do throws(WireError) {
            let wire = try MasterName.read(lexer.bytes[token.range], origin: origin)
            return try Name(wire: wire.span)
        } catch {
            throw badName(lexer, token, error)
        }
    }

    /// The mistake that a word is no name.
    func badName(
        _ lexer: MasterLexer,
        _ token: MasterToken,
        _ error: WireError
    ) -> ZoneMistake {
        let what =
            switch error {
            case .emptyLabel: "has an empty label; one dot at most stands between two labels"
            case .badLabel: "has a label of more than \(Name.maximumLabelByteCount) bytes"
            case .nameTooLong:
                "is longer than \(Name.maximumByteCount) bytes, the origin included"
            default: "is no name"
            }
        return lexer.mistake(at: token, "'\(lexer.text(token))' \(what)")
    }

    /// The mistake that a word is no time to live.
    func badTTL(_ lexer: MasterLexer, _ token: MasterToken) -> ZoneMistake {
        lexer.mistake(
            at: token,
            "'\(lexer.text(token))' is no time to live; seconds from 0 to "
                + "\(MasterValues.maximumTTL), or a duration like '1h30m', are wanted"
        )
    }

    /// Goes into another file; its path is seen from the folder of this one.
    private mutating func include(_ lexer: MasterLexer) throws(ZoneMistake) {
        let token = lexer.tokens[1]
        let path = String(decoding: lexer.bytes[token.range], as: UTF8.self)
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw lexer.mistake(at: token, "'$INCLUDE' wants the path of a file")
        }
        var origin = open.last?.origin ?? .root
        if lexer.tokens.count > 2 { origin = try name(lexer, lexer.tokens[2]) }
        var target = path
        if !path.hasPrefix("/"), let slash = lexer.file.lastIndex(of: "/") {
            target = lexer.file[...slash] + path
        }
        try enter(target, origin: origin, at: lexer.position(at: token.start))
    }

    /// Begins `$GENERATE RANGE OWNER [TTL] [CLASS] TYPE DATA…`.
    private mutating func generate(_ lexer: MasterLexer) throws(ZoneMistake) {
        guard let current = open.indices.last else { return }
        let usage = "'$GENERATE FIRST-LAST[/STEP] OWNER [TTL] [CLASS] TYPE DATA' is wanted"
        guard lexer.tokens.count >= 5 else {
            throw lexer.mistake(at: lexer.tokens[0], "too few words; \(usage)")
        }
        let token = lexer.tokens[1]
        guard let range = MasterRange(lexer.bytes[token.range]) else {
            throw lexer.mistake(
                at: token,
                "'\(lexer.text(token))' is no range like '1-254' or '0-100/5'"
            )
        }
        guard range.count <= MasterRange.maximumCount else {
            throw lexer.mistake(
                at: token,
                "'\(lexer.text(token))' makes more than \(MasterRange.maximumCount) records"
            )
        }
        var template: [UInt8] = []
        for token in lexer.tokens[2...] {
            if !template.isEmpty { template.append(UInt8(ascii: " ")) }
            if token.isQuoted { template.append(UInt8(ascii: "\"")) }
            template += lexer.bytes[token.range]
            if token.isQuoted { template.append(UInt8(ascii: "\"")) }
        }
        open[current].generating = Generation(
            range: range,
            template: template,
            place: MasterPlace(file: open[current].source, offset: lexer.tokens[0].start)
        )
    }
}
