// SPDX-License-Identifier: Apache-2.0

import Wire

/// Random values from a seed, so that what fails once fails again (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func bytes(_ count: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: count, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self)
        }
    }

    /// A name of up to `labelCount` labels from a small alphabet, so that suffixes come again.
    mutating func name(_ labelCount: Int = 5) throws(WireError) -> Name {
        var labels: [[UInt8]] = []
        for _ in 0..<Int.random(in: 0...labelCount, using: &self) {
            let length = Int.random(in: 1...3, using: &self)
            labels.append((0..<length).map { _ in "aAbB".utf8.randomElement(using: &self) ?? 0x61 })
        }
        return try Name(labels: labels)
    }

    /// Data with the shape of `type`.
    mutating func data(of type: RecordType) throws(WireError) -> [UInt8] {
        let layout = RecordLayout(of: type)
        var data = bytes(layout.leadingByteCount...layout.leadingByteCount)
        for _ in 0..<layout.leadingStringCount {
            let text = bytes(0...20)
            data += [UInt8(text.count)] + text
        }
        for _ in 0..<layout.nameCount { data += try name().bytes }
        switch layout.tail {
        case .exactly(let count): data += bytes(count...count)
        case .rest: data += bytes(0...40)
        }
        return data
    }

    mutating func record(_ type: RecordType) throws(WireError) -> Record {
        Record(
            owner: try name(),
            type: type,
            recordClass: .internet,
            ttl: UInt32.random(in: 0...UInt32.max, using: &self),
            data: try data(of: type)
        )
    }

    /// A message with records of any types in every section.
    mutating func message() throws(WireError) -> Message {
        var message = Message(
            header: Header(id: UInt16.random(in: 0...65_535, using: &self), flags: .response)
        )
        for _ in 0..<Int.random(in: 0...2, using: &self) {
            message.questions.append(Question(try name(), .a))
        }
        for _ in 0..<Int.random(in: 0...6, using: &self) { message.answers.append(try anyRecord()) }
        for _ in 0..<Int.random(in: 0...3, using: &self) {
            message.authorities.append(try anyRecord())
        }
        for _ in 0..<Int.random(in: 0...3, using: &self) {
            message.additionals.append(try anyRecord())
        }
        message.header.questionCount = UInt16(message.questions.count)
        message.header.answerCount = UInt16(message.answers.count)
        message.header.authorityCount = UInt16(message.authorities.count)
        message.header.additionalCount = UInt16(message.additionals.count)
        return message
    }

    private mutating func anyRecord() throws(WireError) -> Record {
        try record(RecordType(rawValue: UInt16.random(in: 1...66, using: &self)))
    }
}
