// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Posix
import Wire

/// What the fuzzer throws bytes at; chosen by the variable `APUS_FUZZ_TARGET`.
enum FuzzTarget: String {
    case message
    case corefile

    /// The target of this process.
    static let chosen = FuzzTarget(rawValue: Process.environment["APUS_FUZZ_TARGET"] ?? "")

    /// Lets the parser have the bytes; nothing they hold may trap it.
    func take(_ bytes: [UInt8]) {
        switch self {
        case .message: Self.takeMessage(bytes)
        case .corefile: _ = try? Corefile(parsing: bytes, file: "Corefile")
        }
    }

    /// Takes one input of the fuzzer; 0 says that it may be kept.
    static func takeInput(_ bytes: UnsafeBufferPointer<UInt8>) -> CInt {
        guard let chosen else { Process.exit(2) }
        unsafe chosen.take(Array(bytes))
        return 0
    }

    /// A message: the gate, the whole parser, and what was parsed written again.
    private static func takeMessage(_ bytes: [UInt8]) {
        var refusal: Refusal?
        _ = Query(judging: bytes.span, refused: &refusal)
        guard let message = try? Message(parsing: bytes.span),
            let written = try? message.encoded()
        else { return }
        guard let again = try? Message(parsing: written.span) else {
            preconditionFailure("what was written does not parse")
        }
        precondition(again.questions == message.questions, "the question changed")
        precondition(again.answers == message.answers, "an answer changed")
    }
}
