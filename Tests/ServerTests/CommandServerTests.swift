// SPDX-License-Identifier: Apache-2.0

import Foundation
import Plugin
import Posix
import Testing

@testable import Server

@Suite struct CommandServerTests {
    private static let errand = Errand.edit(
        Errand.WrittenPlace(path: "/m/a.yaml", line: 7, command: ["edit", "svc", "a"])
    )
    private let errant = Console(verbs: ["edit"]) { request in
        let isKnown = request.words.count > 1
        return CommandOutput(text: "to do", errand: isKnown ? Self.errand : .unknown)
    }
    private let echo = Console(verbs: ["get", "describe"]) { request in
        CommandOutput(
            text: request.words.joined(separator: "|"),
            errors: "\(request.wallSeconds) \(request.now.nanoseconds)",
            code: -3
        )
    }

    @Test func carriesOutCommandsUntilItIsStopped() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "s").path()
        let server = try CommandServer(
            at: path,
            wallSeconds: { 42 },
            now: { Moment(nanoseconds: 7) },
            consoles: { [echo, errant] }
        )
        let thread = try Thread(name: "commands") { try? server.run() }
        // Whoever says nothing, or nothing of use, harms nobody.
        for bytes in [[], [0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 1, 65]] as [[UInt8]] {
            try LocalSocket(connectingTo: path, patienceSeconds: 5).write(bytes)
        }
        for words in [["get", "", "größe"], ["frob"]] {
            let socket = try LocalSocket(connectingTo: path, patienceSeconds: 5)
            try socket.write(CommandFrames.bytes(of: words))
            let output = try CommandFrames.readOutput(from: socket)

            #expect(
                output
                    == (words.count > 1
                        ? CommandOutput(text: "get||größe", errors: "42 7", code: -3)
                        : .failure("error: nothing that is served knows 'frob'"))
            )
        }
        for (words, errand) in [(["edit"], Errand.unknown), (["edit", "a"], Self.errand)] {
            let socket = try LocalSocket(connectingTo: path, patienceSeconds: 5)
            try socket.write(CommandFrames.bytes(of: words))
            let output = try CommandFrames.readOutput(from: socket)

            #expect(output == CommandOutput(text: "to do", errand: errand))
        }
        server.stop()
        thread.join()
    }

    @Test func asksTheFirstThatKnowsTheVerb() {
        let other = Console(verbs: ["names", "get"]) { _ in CommandOutput(text: "other") }
        let request = { CommandRequest([$0], wallSeconds: 0) }

        #expect(CommandServer.run(request("names"), asking: [echo, other]).text == "other")
        #expect(CommandServer.run(request("get"), asking: [echo, other]).text == "get")
        #expect(CommandServer.run(request("get"), asking: []).code == 1)
    }
}

@Suite struct CommandFramesTests {
    @Test func wordsHaveALimit() {
        let full = [String](repeating: "", count: CommandRequest.maximumWordCount)
        let body = { (words: [String]) in Array(CommandFrames.bytes(of: words).dropFirst(4)) }

        #expect(CommandFrames.words(body(full)) == full)
        #expect(CommandFrames.words(body(full + [""])) == nil)
        #expect(CommandFrames.words([]) == nil)
        #expect(CommandFrames.words([65]) == nil)
    }
}

@Suite struct CommandPlaceTests {
    @Test(
        arguments: [
            ("x", true, [:], "x"), ("off", true, [:], nil), (nil, true, [:], "/run/apus/apus.sock"),
            (nil, false, [:], nil), (nil, false, ["XDG_RUNTIME_DIR": "run"], nil),
            (nil, false, ["XDG_RUNTIME_DIR": "/run/user/7"], "/run/user/7/apus.sock"),
        ] as [(String?, Bool, [String: String], String?)]
    )
    func isWhereItIsTold(
        told: String?,
        isRoot: Bool,
        environment: [String: String],
        path: String?
    ) {
        let found = CommandPlace.path(told: told, isRoot: isRoot, environment: environment)

        #expect(found == path)
    }
}
