// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Wire

/// The real program, running on ports that the kernel chose, in a folder of its own.
final class RunningServer {
    /// How long the program may take to say that it serves, in seconds.
    static let patienceSeconds = 60.0

    /// Why the program did not come up: all that it said.
    struct NotServing: Error {
        let output: String
    }

    /// The folder that the Corefile and its data lie in; removed with the server.
    let folder: URL
    private(set) var port: UInt16 = 0
    private let words: [String]
    private var process = Foundation.Process()
    private var output = Pipe()
    private var said = ""

    /// Whether it has more than one worker here.
    static let hasSeveralWorkers = Posix.Process.processorCount > 1

    /// The program that this build made.
    static var program: URL {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appending(path: "apus")
    }

    /// The top of the repository.
    static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// Starts a server; `files`: what lies beside the Corefile, by path; `behind`: a command that
    /// ends by becoming the server.
    init(
        corefile: String,
        files: [String: String] = [:],
        copying sample: String? = nil,
        arguments: [String] = ["-dns.port", "0"],
        behind command: [String] = []
    ) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        // What the server remembers goes with its folder.
        let state = "STATE_DIRECTORY=\(folder.appending(path: "state").path())"
        let program = [Self.program.path(), "-conf", "Corefile", "-control", "s"]
        words = [state] + command + program + arguments
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if let sample {
            try FileManager.default.copyItem(
                at: Self.repository.appending(path: sample),
                to: folder.appending(path: sample)
            )
        }
        for (path, text) in files { try write(text, to: path) }
        try write(corefile, to: "Corefile")
        try start()
    }

    /// Starts the program anew in its folder, after it has ended.
    func startAgain() throws {
        process = Foundation.Process()
        output = Pipe()
        said = ""
        try start()
    }

    private func start() throws {
        process.currentDirectoryURL = folder
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try waitUntilServing()
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    var identifier: Int32 { process.processIdentifier }

    /// Each of its threads: the name, and the number of the scheduling policy (`proc_pid_stat(5)`).
    func policies() throws -> [String] {
        let folder = "/proc/\(identifier)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).map { thread in
            let path = "\(folder)/\(thread)/stat"
            let stat = try String(contentsOfFile: path, encoding: .utf8)
            let name = stat.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
            // The policy is the 41st of the fields, the name the second.
            let fields = stat[name.endIndex...].dropFirst(2).split(separator: " ")
            return "\(name) \(fields[38])"
        }.sorted()
    }

    /// Writes a file of the server's folder, as an editor saves it.
    func write(_ text: String, to path: String) throws {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for the end and gives the exit code.
    func waitForEnd() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Everything that the server has said so far.
    func output(containing text: String, seconds: Double = patienceSeconds) -> String {
        let end = Clock.monotonicNanoseconds() + UInt64(seconds * 1e9)
        while !said.contains(text), Clock.monotonicNanoseconds() < end, readSome() {}
        return said
    }

    /// The port of a plugin's page; nil when it never said one.
    func pagePort(of plugin: String) -> UInt16? {
        let start = "[INFO] plugin/\(plugin): serving on port "
        return output(containing: start).split(separator: "\n").first { $0.hasPrefix(start) }
            .flatMap { UInt16($0.dropFirst(start.count)) }
    }

    /// Reads the output until the zones are printed.
    private func waitUntilServing() throws {
        _ = output(containing: "Apus-")
        guard said.contains("Apus-"),
            let zone = said.split(separator: "\n").first(where: {
                !$0.hasPrefix("[") && $0.contains(".:")
            }),
            let colon = zone.lastIndex(of: ":"),
            let number = UInt16(zone[zone.index(after: colon)...].prefix { $0.isNumber })
        else { throw NotServing(output: said) }
        port = number
    }

    /// Waits for more output; false at its end.
    private func readSome() -> Bool {
        let number = output.fileHandleForReading.fileDescriptor
        guard Self.isReadable(number, milliseconds: 200) else { return true }
        let bytes = output.fileHandleForReading.availableData
        said += String(decoding: bytes, as: UTF8.self)
        return !bytes.isEmpty
    }

    /// Whether something can be read within that time.
    private static func isReadable(_ number: CInt, milliseconds: Int) -> Bool {
        guard let poll = try? Poll(), (try? poll.add(number, .input, token: 0)) != nil else {
            return false
        }
        return ((try? poll.wait(milliseconds: milliseconds)) ?? 0) > 0
    }

    /// Runs a command and gives its output.
    static func run(_ command: [String]) throws -> String {
        let process = Foundation.Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where it takes commands.
    var control: String { folder.appending(path: "s").path() }

    /// Gives a command to the server that runs, and gives what it says.
    func give(_ command: String...) throws -> String {
        try Self.run([Self.program.path()] + command + ["-control", control])
    }

    /// Asks with `dig` and gives its output.
    func dig(_ arguments: String...) throws -> String {
        try Self.run(["dig", "@127.0.0.1", "-p", "\(port)", "+time=5", "+tries=2"] + arguments)
    }

    /// Asks with a packet of our own over UDP, again when it is lost.
    func ask(_ name: String, _ type: RecordType) throws -> Message {
        var message = Message(header: Header(id: 0x1234, flags: .recursionDesired))
        message.questions = [Question(try Name(name), type)]
        let server = Endpoint(IPAddress(v4: 0x7F00_0001), port: port)
        let socket = try ConnectedUDPSocket(to: server)
        for _ in 0..<5 {
            try socket.send(try message.encoded())
            guard Self.isReadable(socket.number, milliseconds: 2_000),
                let bytes = try socket.receive()
            else { continue }
            return try Message(parsing: bytes.span)
        }
        throw NotServing(output: said)
    }
}
