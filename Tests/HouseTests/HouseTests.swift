// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Plugins
import Posix
import Server
import Testing

/// The rules of CONTRIBUTING.md that a program can check.
@Suite struct HouseTests {
    /// The top of the repository.
    static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// One source file.
    struct Source: CustomTestStringConvertible {
        let path: String
        let lines: [String]

        var testDescription: String { path }
    }

    /// Every Swift file below one folder of the repository.
    static func sources(_ folder: String) -> [Source] {
        let files = DiskFiles()
        guard let names = try? files.list("\(root)/\(folder)") else { return [] }
        return names.flatMap { name -> [Source] in
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".swift"), let bytes = try? files.read("\(root)/\(path)") {
                let text = String(decoding: bytes, as: UTF8.self)
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                return [Source(path: path, lines: lines.map(String.init))]
            }
            return sources(path)
        }
    }

    /// What may say `unsafe`: the doors.
    static let doors = [
        "Sources/Wire/Span+Integers.swift", "Sources/Wire/Prefetching.swift", "Sources/Posix/",
        "Sources/LDNS/", "Sources/YAML/", "Sources/HTTP/", "Sources/TLS/",
        "Sources/Server/WorkerExecutor.swift", "Sources/fuzz/",
    ]

    /// Words that no file of the server holds, in pieces so that this file does not hold them.
    static let forbidden = [
        "TO" + "DO", "FIX" + "ME", "XX" + "X", "try" + "!", "@unchecked" + " Sendable",
        "nonisolated" + "(unsafe)", "@precon" + "currency", "as" + "! ", "fatal" + "Error(",
    ]

    @Test func findsTheSources() {
        #expect(Self.sources("Sources").count > 50)
        #expect(Self.sources("Tests").count > 20)
    }

    @Test("A file has at most 400 lines", arguments: sources("Sources") + sources("Tests"))
    func isShort(source: Source) {
        #expect(source.lines.count <= 401)
    }

    @Test("A file says its licence first", arguments: sources("Sources") + sources("Tests"))
    func saysItsLicence(source: Source) {
        #expect(source.lines.first == "// SPDX-License-Identifier: Apache-2.0")
    }

    @Test("A file holds no forbidden word", arguments: sources("Sources") + sources("Tests"))
    func holdsNoForbiddenWord(source: Source) {
        for (number, line) in source.lines.enumerated() {
            for word in Self.forbidden {
                #expect(!line.contains(word), "\(source.path):\(number + 1): \(word)")
            }
        }
    }

    @Test("A function has at most 60 lines", arguments: sources("Sources"))
    func hasShortFunctions(source: Source) {
        var start: (line: Int, indent: Substring)?
        for (number, line) in source.lines.enumerated() {
            let indent = line.prefix { $0 == " " }
            if let begun = start, line == begun.indent + "}" {
                #expect(number - begun.line < 60, "\(source.path):\(begun.line + 1)")
                start = nil
            } else if start == nil, Self.beginsFunction(line), !line.hasSuffix("}") {
                start = (number, indent)
            }
        }
    }

    private static func beginsFunction(_ line: String) -> Bool {
        let words = line.split(separator: " ").map(String.init)
        return words.contains("func") || words.contains { $0.hasPrefix("init(") }
    }

    @Test("Unsafe code stays behind its doors", arguments: sources("Sources"))
    func keepsUnsafeBehindDoors(source: Source) {
        guard !Self.doors.contains(where: { source.path.hasPrefix($0) }) else { return }
        for (number, line) in source.lines.enumerated() {
            let words = line.split { !$0.isLetter && $0 != "@" && $0 != "/" }
            guard let comment = words.firstIndex(where: { $0.hasPrefix("//") }) else {
                #expect(!words.contains("unsafe"), "\(source.path):\(number + 1)")
                continue
            }
            #expect(!words[..<comment].contains("unsafe"), "\(source.path):\(number + 1)")
        }
    }

    @Test("Every type says what it is", arguments: sources("Sources"))
    func documentsEveryType(source: Source) {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor"]
        let modifiers: Set<Substring> = ["package", "private", "fileprivate", "final", "indirect"]
        for (number, line) in source.lines.enumerated() {
            let words = line.split(separator: " ").drop { modifiers.contains($0) || $0 == "@safe" }
            guard let first = words.first, kinds.contains(first), line.contains("{") else {
                continue
            }
            var above = number - 1
            while above >= 0, source.lines[above].contains("@") { above -= 1 }
            let comment = source.lines[max(0, above)].drop { $0 == " " }
            #expect(comment.hasPrefix("///"), "\(source.path):\(number + 1): \(line)")
        }
    }

    @Test(
        "The base modules need nothing but the standard library",
        arguments: [
            "Wire", "Files", "Corefile", "Metrics", "Plugin",
        ]
    )
    func keepsFoundationOut(module: String) {
        for source in Self.sources("Sources/\(module)") {
            #expect(!source.lines.contains { $0.contains("import Foundation") }, "\(source.path)")
        }
    }

    @Test("Waiting happens only in the core", arguments: sources("Sources"))
    func waitsOnlyInTheCore(source: Source) {
        for (number, line) in source.lines.enumerated() {
            let isCore = source.path == "Sources/Server/CoreDesk.swift"
            let place = "\(source.path):\(number + 1)"
            #expect(isCore || !line.contains("Task.detached"), "\(place)")
            #expect(!line.contains("Task.sleep") && !line.contains("import Dispatch"), "\(place)")
            #expect(!line.contains("Task {"), "\(place)")
        }
    }

    /// Ids, ports and the case of letters are not to be foretold (RFC 5452 §4.3).
    @Test("Randomness is the system's, from one file", arguments: sources("Sources"))
    func drawsRandomnessInOneFile(source: Source) {
        let elsewhere = ["bench/", "Simulation/", "simulate/", "Posix/Randomness.swift"]
        guard !elsewhere.contains(where: { source.path.hasPrefix("Sources/" + $0) }) else { return }
        let words = [
            ".random(in", "Bool.random", "SystemRandomNumberGenerator", ".shuffle()", ".shuffled()",
            ".randomElement", "getrandom(", "drand48",
        ]
        for (number, line) in source.lines.enumerated() {
            for word in words {
                #expect(!line.contains(word), "\(source.path):\(number + 1): \(word)")
            }
        }
    }

    /// Else a query would never meet what it does.
    @Test("A plugin with a role in queries says so", arguments: sources("Sources/Plugins"))
    func saysItsRoles(source: Source) {
        let text = source.lines.joined(separator: "\n")
        let roles = [
            ("Answerer", "package func answer(_ query: borrowing Query, into"),
            ("Finisher", "package func finish(_ query: borrowing Query, _ answer"),
            ("Observer", "package func sent(\n"),
            ("MemoryPrefetcher", "package func prefetchMemory(for message"),
        ]
        for (role, function) in roles where text.contains(function) {
            let type = source.lines.first { $0.hasPrefix("package struct ") } ?? ""
            #expect(type.contains(role), "\(source.path): \(role)")
        }
    }

    @Test(
        "A plugin has a manual, an example and a test",
        arguments: Plugins.all.map { $0.manual.name }
    )
    func hasManualAndTest(name: String) throws {
        let manual = try #require(Plugins.all.first { $0.manual.name == name }).manual
        let tests = Self.sources("Tests/PluginsTests").map { $0.path.lowercased() }

        #expect(!manual.summary.isEmpty && !manual.example.isEmpty)
        #expect(
            tests.contains { $0.contains("/\(name)") },
            "Tests/PluginsTests has no \(name) test"
        )
    }

    @Test(
        "An option that is read stands in the manual",
        arguments: Plugins.all.map { $0.manual.name }
    )
    func documentsItsOptions(name: String) throws {
        let manual = try #require(Plugins.all.first { $0.manual.name == name }).manual
        let text = ManualPage.text(of: Plugins.all)

        #expect(text.contains("\n## \(name)\n"))
        for option in manual.optionNames {
            #expect(text.contains("`\(option)"), "\(name) \(option)")
        }
    }

    @Test func listsEachPluginOnce() {
        let names = Plugins.all.map { $0.manual.name } + Plugins.notYet

        #expect(Set(names).count == names.count)
    }
}
