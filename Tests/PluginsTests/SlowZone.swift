// SPDX-License-Identifier: Apache-2.0

import Plugin

@testable import Plugins

/// A zone as a list of lines, asked by going through all of them: slow, and plain to see.
struct SlowZone {
    /// A record with the owner's labels below the origin, first label first.
    struct Line: Equatable {
        var owner: [String]
        var type: String
        var data: String
    }

    static let origin = "z.example."
    static let soa = "- z.example. 5 SOA ns.out. admin.out. 1 2 3 4 5"
    static let types = ["A", "TXT", "CNAME", "NS", "DNAME", "DS"]

    var lines: [Line] = []

    /// The name of labels below the origin.
    static func text(_ name: [String]) -> String {
        (name + [origin]).joined(separator: ".")
    }

    /// The labels below the origin of a name; nil when it is outside.
    static func labels(_ name: String) -> [String]? {
        if name == origin { return [] }
        guard name.hasSuffix("." + origin) else { return nil }
        return name.dropLast(origin.count + 1).split(separator: ".").map(String.init)
    }

    /// A random zone without mistakes.
    init(_ random: inout SplitMix) {
        lines = [
            Line(owner: [], type: "SOA", data: "ns.out. admin.out. 1 2 3 4 5"),
            Line(owner: [], type: "NS", data: "ns.out."),
        ]
        for number in 0..<(4 + random.number(below: 12)) {
            let owner = Self.name(&random, deepest: 3)
            let type = Self.types[random.number(below: Self.types.count)]
            let target =
                random.number(below: 5) == 0
                ? "out." : Self.text(Self.name(&random, deepest: 3))
            let data =
                switch type {
                case "A": "192.0.2.\(number)"
                case "TXT": "\"\(number)\""
                case "DS": "\(number) 8 2 00ff"
                default: target
                }
            let line = Line(owner: owner, type: type, data: data)
            if isSound(line) { lines.append(line) }
        }
    }

    /// A random name of one label at least.
    private static func name(_ random: inout SplitMix, deepest: Int) -> [String] {
        (0...random.number(below: deepest)).map { _ in
            ["a", "b", "c", "*"][random.number(below: 4)]
        }
    }

    /// Whether a line goes together with those before it.
    private func isSound(_ line: Line) -> Bool {
        let beside = types(at: line.owner)
        if line.type == "CNAME", !beside.isEmpty { return false }
        if beside.contains("CNAME") || lines.contains(line) { return false }
        if line.type == "DNAME" {
            if beside.contains("DNAME") { return false }
            if lines.contains(where: { Self.isBelow($0.owner, line.owner) }) { return false }
        }
        return !lines.contains { $0.type == "DNAME" && Self.isBelow(line.owner, $0.owner) }
    }

    private static func isBelow(_ name: [String], _ above: [String]) -> Bool {
        name.count > above.count && Array(name.suffix(above.count)) == above
    }

    private func types(at name: [String]) -> [String] {
        lines.filter { $0.owner == name }.map(\.type)
    }

    private func exists(_ name: [String]) -> Bool {
        lines.contains { $0.owner == name || Self.isBelow($0.owner, name) }
    }

    /// The master file.
    var text: String {
        "$TTL 9\n" + lines.map { "\(Self.text($0.owner)) \($0.type) \($0.data)\n" }.joined()
    }

    /// What is to be answered, as `answered` writes it, without additional records.
    func answer(_ question: [String], _ type: String) -> [String] {
        var name = question
        var seen = [question]
        var found: [String] = []
        while true {
            switch step(name, type) {
            case .refer(let cut):
                guard found.isEmpty else { return ["wait"] }
                return ["NOERROR"] + records(cut, "NS", as: cut, "- ")
            case .none(let code):
                return ["\(code) aa"] + found + [Self.soa]
            case .give(let source):
                return ["NOERROR aa"] + found + records(source, type, as: name, "")
                    + (source.isEmpty && type == "NS" ? [] : records([], "NS", as: [], "- "))
            case .follow(let lines, let target):
                found += lines
                let isEnd = type == "CNAME" || seen.count > 8
                guard !isEnd, let next = Self.labels(target) else {
                    return isEnd ? whole(found) : ["wait"]
                }
                if seen.contains(next) { return whole(found) }
                name = next
                seen.append(next)
            }
        }
    }

    /// An answer that ends with an alias.
    private func whole(_ found: [String]) -> [String] {
        ["NOERROR aa"] + found + records([], "NS", as: [], "- ")
    }

    private enum Step {
        case refer(cut: [String])
        case none(code: String)
        case give(source: [String])
        case follow(lines: [String], target: String)
    }

    /// One turn of RFC 1034 §4.3.2: from the top down to the name.
    private func step(_ name: [String], _ type: String) -> Step {
        for count in 0...name.count {
            let above = Array(name.suffix(count))
            let types = types(at: above)
            if count > 0, types.contains("NS"), !(above == name && type == "DS") {
                return .refer(cut: above)
            }
            if above != name, types.contains("DNAME") {
                let target = lines.first { $0.owner == above && $0.type == "DNAME" }?.data ?? ""
                let next = (name.dropLast(count) + [target]).joined(separator: ".")
                let lines = records(above, "DNAME", as: above, "")
                return .follow(
                    lines: lines + ["\(Self.text(name)) 9 CNAME \(next)"],
                    target: next
                )
            }
        }
        var source = name
        if !exists(name) {
            var closest = name
            while !exists(closest) { closest.removeFirst() }
            source = ["*"] + closest
            guard exists(source) else { return .none(code: "NXDOMAIN") }
        }
        let types = types(at: source)
        if types.contains(type) { return .give(source: source) }
        guard types.contains("CNAME") else { return .none(code: "NOERROR") }
        let target = lines.first { $0.owner == source && $0.type == "CNAME" }?.data ?? ""
        return .follow(lines: records(source, "CNAME", as: name, ""), target: target)
    }

    /// The records at `source`, owned by `name`.
    private func records(
        _ source: [String],
        _ type: String,
        as name: [String],
        _ mark: String
    ) -> [String] {
        lines.filter { $0.owner == source && $0.type == type }
            .map { "\(mark)\(Self.text(name)) 9 \(type) \($0.data)" }
    }
}
