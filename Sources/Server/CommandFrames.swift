// SPDX-License-Identifier: Apache-2.0

import Plugin
import Posix
import Wire

/// How commands and what they say pass a socket.
///
/// A request is its length in four bytes and its words, each ended by a zero byte. A reply is the exit
/// code and the lengths of both texts in four bytes each, and the texts; then, where there is an
/// errand, its words as a request has them. All numbers begin with their highest byte.
enum CommandFrames {
    /// The most bytes of each text of a reply.
    static let maximumTextByteCount = 1 << 30

    /// A request as bytes.
    static func bytes(of words: [String]) -> [UInt8] {
        var body: [UInt8] = []
        for word in words {
            body += word.utf8
            body.append(0)
        }
        return number(body.count) + body
    }

    /// A reply as bytes; a text that is too long is cut.
    static func bytes(of output: CommandOutput) -> [UInt8] {
        let text = output.text.utf8.prefix(maximumTextByteCount)
        let errors = output.errors.utf8.prefix(maximumTextByteCount)
        var reply = number(Int(UInt32(bitPattern: output.code)))
        reply += number(text.count) + number(errors.count)
        // A table may be large: it is copied once.
        reply.reserveCapacity(reply.count + text.count + errors.count)
        reply += text
        reply += errors
        if let errand = output.errand { reply += bytes(of: errand.words) }
        return reply
    }

    private static func number(_ value: Int) -> [UInt8] {
        let value = UInt32(truncatingIfNeeded: value)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    /// Reads the words of a request; nil when it is none.
    static func readWords(from socket: borrowing LocalSocket) throws(SystemError) -> [String]? {
        guard let head = try socket.read(4) else { return nil }
        let count = Int(head.span.uint32(at: 0))
        guard count <= CommandRequest.maximumByteCount, let body = try socket.read(count) else {
            return nil
        }
        return words(body)
    }

    /// The words of a request's body; nil when it is none.
    static func words(_ body: [UInt8]) -> [String]? {
        guard body.last == 0 else { return nil }
        let parts = body.dropLast().split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count <= CommandRequest.maximumWordCount else { return nil }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads the errand behind a reply; nil when there is none.
    private static func readErrand(
        from socket: borrowing LocalSocket
    ) throws(SystemError) -> Errand? {
        guard let head = try socket.read(4) else { return nil }
        let count = Int(head.span.uint32(at: 0))
        guard count <= Errand.maximumByteCount, let body = try socket.read(count),
            let words = words(body)
        else { return .unknown }
        return Errand(words: words) ?? .unknown
    }

    /// Reads a reply; nil when it is none.
    static func readOutput(
        from socket: borrowing LocalSocket
    ) throws(SystemError) -> CommandOutput? {
        guard let head = try socket.read(12) else { return nil }
        let (textCount, errorCount) = (Int(head.span.uint32(at: 4)), Int(head.span.uint32(at: 8)))
        guard textCount <= maximumTextByteCount, errorCount <= maximumTextByteCount,
            let text = try socket.read(textCount), let errors = try socket.read(errorCount)
        else { return nil }
        return CommandOutput(
            text: String(decoding: text, as: UTF8.self),
            errors: String(decoding: errors, as: UTF8.self),
            code: Int32(bitPattern: head.span.uint32(at: 0)),
            errand: try readErrand(from: socket)
        )
    }
}
