// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// The parts that `scripts/bench` puts together: manifests, a floor to measure against, a load.
enum Bench {
    private static let usage = """
        usage: bench manifests COUNT NAMESPACE      print one namespace's manifest
               bench echo                           send every datagram back; prints its port
               bench load PORT WORKLOAD SERVICES QUERIES
                                                    ask, and print answered, lost, wrong, nanoseconds
               bench reload PORT PROCESS COUNT FILE change FILE and reload so often under load, and
                                                    print reloads, answered, lost, wrong, nanoseconds

        """

    static func run(_ arguments: [String]) -> Int32 {
        do {
            switch (arguments.first, arguments.dropFirst().compactMap { Int($0) }) {
            case ("manifests", let numbers) where numbers.count == 2:
                Process.write(Manifests.text(ofNamespace: numbers[1], in: numbers[0]))
            case ("echo", _): try echo()
            case ("load", let numbers) where numbers.count == 3 && arguments.count == 5:
                try load(arguments[2], UInt16(clamping: numbers[0]), numbers[1], numbers[2])
            case ("reload", let numbers) where numbers.count == 3 && arguments.count == 5:
                var run = try ReloadRun(
                    port: UInt16(clamping: numbers[0]),
                    process: numbers[1],
                    file: arguments[4]
                )
                try run.run(count: numbers[2])
            default:
                Process.write(usage, toError: true)
                return 2
            }
            return 0
        } catch {
            Process.write("bench: \(error)\n", toError: true)
            return 1
        }
    }

    /// Sends every datagram back: what the system alone costs, the floor of every ratio.
    private static func echo() throws {
        let local = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let socket = try UDPSocket(binding: local, sharingPort: true)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        var received = MessageBatch(slotByteCount: 4_096)
        var sent = MessageBatch(slotByteCount: 4_096)
        Process.write("\(socket.local.port)\n")
        while true {
            _ = try poll.wait(milliseconds: nil)
            try socket.receive(into: &received)
            for index in 0..<received.count {
                guard let peer = received.peer(at: index) else { continue }
                sent.append(to: peer.endpoint, isMapped: false, from: nil, interface: 0) { buffer in
                    let message = received.message(at: index)
                    for place in 0..<message.count { buffer[place] = message[place] }
                    return message.count
                }
            }
            _ = socket.send(&sent)
        }
    }

    /// Asks so many questions and prints what came.
    private static func load(
        _ name: String,
        _ port: UInt16,
        _ serviceCount: Int,
        _ queryCount: Int
    ) throws {
        let workload =
            name == "mix"
            ? try Workload.mix(serviceCount) : try Workload.services(serviceCount)
        var load = try Load(to: Endpoint(IPAddress(v4: 0x7F00_0001), port: port))
        let result = try load.run(workload, count: queryCount, window: 64)
        Process.write(
            "\(result.answeredCount) \(result.lostCount) \(result.wrongCount) "
                + "\(result.elapsedNanoseconds)\n"
        )
    }
}
