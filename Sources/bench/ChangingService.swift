// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// A Service of its own file, whose address tells which version was loaded last.
struct ChangingService {
    private static let patienceMilliseconds = 60_000

    let stage: Stage

    func write(_ version: Int) throws(SystemError) {
        try stage.folder.write(
            Cluster.changingManifest(version: version),
            to: "manifests/changing.yaml"
        )
    }

    /// Asks until the address of that version comes.
    func wait(for version: Int, on server: Server) throws {
        let question = BenchQuestion(
            Question(try Name(Cluster.changingName), .a),
            BenchQuestion.smallPayload,
            code: 0,
            answerCount: 1
        )
        let wanted = Cluster.changingAddress(of: version)
        let deadline =
            Clock.monotonicNanoseconds() + UInt64(Self.patienceMilliseconds) * 1_000_000
        while Clock.monotonicNanoseconds() < deadline {
            guard let answer = try server.ask(question) else { continue }
            let records = try Message(parsing: answer.span).answers
            if records.first.map({ IPAddress(bytes: $0.data.span) }) == wanted { return }
        }
        throw SystemError(call: "a change is not seen", code: 110)
    }
}
