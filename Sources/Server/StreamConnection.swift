// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// One TCP connection as bytes in and bytes out; it knows nothing of sockets (RFC 7766).
///
/// A class, so that a turn of it looks it up once. It belongs to its worker's thread.
package final class StreamConnection {
    package let client: Endpoint
    package let local: Endpoint
    /// The place of its listener in the configuration; a newer one may move it.
    package internal(set) var listener: Int

    /// Bytes that came and are not yet a whole message.
    private(set) var input: [UInt8] = []
    /// Where in `input` the first of them lies.
    private var inputStart = 0
    /// Bytes to be sent.
    private var output: [UInt8] = []
    /// Where in `output` the first of them lies.
    private var outputStart = 0
    /// The number of bytes from `outputStart` on.
    ///
    /// Kept, because it is asked for with each message, and the runtime guards each look at an array
    /// of an object.
    private var unsentByteCount = 0
    /// The bytes of answers that are gathered for it and not among `output` yet.
    var gatheredByteCount = 0
    /// The messages that came and are not answered yet.
    private(set) var waitingCount = 0
    /// Whether the client will send nothing more.
    package private(set) var isInputClosed = false
    /// When it is cut off unless something happens.
    private(set) var deadline: Moment
    /// The bytes that the budget of all connections was told of.
    var toldByteCount = 0

    init(client: Endpoint, local: Endpoint, listener: Int, now: Moment) {
        self.client = client
        self.local = local
        self.listener = listener
        deadline = now.adding(milliseconds: Streams.firstReadMilliseconds)
    }

    /// Where its messages come from; `id`: its number among the connections of its worker.
    func arrival(_ id: UInt64) -> Arrival {
        Arrival(listener: listener, transport: .tcp, client: client, local: local, connection: id)
    }

    /// The number of bytes to be sent.
    package var outputByteCount: Int { unsentByteCount }

    /// The bytes that it keeps, those included that are done with and not let go of yet.
    package var heldByteCount: Int { input.count + output.count }

    /// Whether the budget of all connections was told of other bytes than it keeps.
    var hasUntoldBytes: Bool { heldByteCount != toldByteCount }

    /// Whether a whole message came that nobody has looked at.
    package var hasMessage: Bool { nextPlace(in: input) != nil }

    /// Where the next whole message lies in `input`, without its length; nil when there is none yet.
    ///
    /// `input`: what `self.input` is, looked at once for many messages.
    func nextPlace(in input: [UInt8]) -> Range<Int>? {
        Self.place(in: input, ofMessageAt: inputStart)
    }

    /// Where the message lies whose length stands at `start`; nil where it is not all there.
    static func place(in input: [UInt8], ofMessageAt start: Int) -> Range<Int>? {
        let first = start + 2
        guard first <= input.count else { return nil }
        let length = Int(input[start]) << 8 | Int(input[start + 1])
        return length <= input.count - first ? first..<(first + length) : nil
    }

    /// Whether another message may be answered: there is room, and not too many are owed.
    private var hasRoom: Bool { roomCount > 0 }

    /// How many more messages may be answered, should all of them wait.
    var roomCount: Int {
        guard outputByteCount + gatheredByteCount < Streams.maximumOutputByteCount else { return 0 }
        return max(0, Streams.maximumWaitingCount - waitingCount)
    }

    /// Whether there is a message that may be answered now.
    package var canAnswer: Bool { hasRoom && hasMessage }

    /// Whether more may be read: there is room for answers, and nothing else to be answered.
    package var wantsInput: Bool { !isInputClosed && hasRoom && !hasMessage }

    /// Whether nothing is left to be done for it; a part of a message is nothing.
    package var isFinished: Bool {
        isInputClosed && waitingCount == 0 && outputByteCount == 0 && !hasMessage
    }

    /// Takes bytes as they came, split anywhere.
    func receive(_ bytes: ArraySlice<UInt8>) { input += bytes }

    /// The client sends nothing more; what it is owed is still sent.
    func closeInput() { isInputClosed = true }

    /// Moves past the next whole message, and tells where in `input` it lies, without its length.
    ///
    /// Nil when there is none yet, or none is wanted. It lies there until `letGoOfInput`. `input`:
    /// what `self.input` is.
    func takeMessage(in input: [UInt8], at now: Moment) -> Range<Int>? {
        while hasRoom, let place = nextPlace(in: input) {
            inputStart = place.upperBound
            // A client that asks on and does not read wins no time by it.
            if outputByteCount == 0 {
                deadline = now.adding(milliseconds: Streams.idleMilliseconds)
            }
            // An empty message asks nothing.
            if place.isEmpty { continue }
            waitingCount += 1
            return place
        }
        return nil
    }

    /// A copy of the next whole message, without its length; nil as for `takeMessage`.
    func nextMessage(at now: Moment) -> [UInt8]? {
        let place = takeMessage(in: input, at: now)
        let message = place.map { Array(input[$0]) }
        letGoOfInput()
        return message
    }

    /// Forgets the bytes of messages that were taken.
    func letGoOfInput() {
        if inputStart == input.count {
            input.removeAll(keepingCapacity: input.capacity <= Streams.keptByteCount)
        } else if inputStart >= 65_536 {
            input.removeSubrange(..<inputStart)
        } else {
            return
        }
        inputStart = 0
    }

    /// Notes that a message is answered, or never will be.
    func endMessage() { waitingCount = max(0, waitingCount - 1) }

    /// Puts an answer, its length in front, behind what is to be sent; 0 bytes are no answer.
    func answer(_ bytes: ArraySlice<UInt8>, at now: Moment) {
        endMessage()
        guard bytes.count > 0, bytes.count <= Int(UInt16.max) else { return }
        put([UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)], at: now)
        put(bytes, at: now)
    }

    /// Puts bytes, the lengths of their messages among them, behind what is to be sent.
    func put(_ bytes: ArraySlice<UInt8>, at now: Moment) {
        guard !bytes.isEmpty else { return }
        if outputByteCount == 0 { deadline = now.adding(milliseconds: Streams.writeMilliseconds) }
        output += bytes
        unsentByteCount += bytes.count
    }

    /// What is to be sent next.
    package var pendingOutput: ArraySlice<UInt8> { output[outputStart...] }

    /// So many bytes of the output were sent.
    func wrote(_ count: Int, at now: Moment) {
        outputStart = min(outputStart + count, output.count)
        unsentByteCount = output.count - outputStart
        guard outputStart == output.count else {
            if count > 0 { deadline = now.adding(milliseconds: Streams.writeMilliseconds) }
            // Else the output of a client that reads on, but never all of it, would only grow.
            if outputStart >= outputByteCount {
                output.removeSubrange(..<outputStart)
                outputStart = 0
            }
            return
        }
        output.removeAll(keepingCapacity: output.capacity <= Streams.keptByteCount)
        outputStart = 0
        deadline = now.adding(milliseconds: Streams.idleMilliseconds)
    }

    /// Whether it is to be cut off: it never asked, fell silent, or does not read its answers.
    func isOverdue(at now: Moment) -> Bool {
        // What it waits for has its own deadline, and an answer will come.
        deadline <= now && (waitingCount == 0 || outputByteCount > 0)
    }
}
