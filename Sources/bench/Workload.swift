// SPDX-License-Identifier: Apache-2.0

import Wire

/// The questions of one kind of load.
struct Workload {
    /// The most names outside the cluster that are asked for.
    static let maximumForeignCount = 10_000

    var questions: [BenchQuestion]
    /// Further names, each of which is asked for once.
    var fresh: FreshNames?

    /// A of every Service, with EDNS.
    static func services(_ count: Int) throws(WireError) -> Workload {
        var workload = Workload(questions: [])
        for index in 0..<count { try workload.add(Cluster.name(of: index), .a, answers: 1) }
        return workload
    }

    /// A of every Service, and of the last Pod of each that is headless.
    static func services(of cluster: Cluster) throws(WireError) -> Workload {
        var workload = Workload(questions: [])
        for index in 0..<cluster.serviceCount {
            let pods = cluster.pods(ofService: index)
            // A headless Service without Pods has no name (R17).
            if cluster.isHeadless(index), pods.isEmpty { continue }
            let name =
                cluster.isHeadless(index)
                ? Cluster.name(ofPod: pods.upperBound - 1, ofService: index)
                : Cluster.name(of: index)
            try workload.add(name, .a, answers: 1)
        }
        return workload
    }

    /// What Pods really ask, about as often as they do.
    ///
    /// A name outside the cluster is tried with each part of the search path, as A and as AAAA: six
    /// answers that there is no such name. A name inside it is asked for both too. Ports and the
    /// names of addresses are asked for now and then.
    static func mix(_ count: Int) throws(WireError) -> Workload {
        var workload = Workload(questions: [])
        for index in 0..<count {
            try workload.add(Cluster.name(of: index), .a, answers: 1)
            try workload.add(Cluster.name(of: index), .aaaa, answers: 0)
            if index % 4 == 0 {
                let reverse = Cluster.reverseName(of: Cluster.address(of: index))
                try workload.add(Cluster.portName(of: index), .srv, answers: 1)
                try workload.add(reverse, .ptr, answers: 1)
            }
            guard index < maximumForeignCount else { continue }
            for suffix in ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"] {
                let name = "host-\(index).example.org.\(suffix)"
                try workload.add(name, .a, code: 3, answers: 0)
                try workload.add(name, .aaaa, code: 3, answers: 0)
            }
        }
        return workload
    }

    /// The addresses of the headless Service, with room for all of them.
    static func headless() throws(WireError) -> Workload {
        var workload = Workload(questions: [])
        try workload.add(
            Cluster.headlessName,
            .a,
            answers: Cluster.endpointCount,
            payload: BenchQuestion.largePayload
        )
        return workload
    }

    private mutating func add(
        _ name: String,
        _ type: RecordType,
        code: UInt8 = 0,
        answers: Int,
        payload: UInt16 = BenchQuestion.smallPayload
    ) throws(WireError) {
        let question = Question(try Name(name), type)
        questions.append(BenchQuestion(question, payload, code: code, answerCount: answers))
    }
}

/// One question in wire form, and what a right answer holds.
struct BenchQuestion {
    /// What a resolver of today offers to take, in bytes (the DNS flag day of 2020).
    static let smallPayload: UInt16 = 1_232
    /// What takes 100 addresses.
    static let largePayload: UInt16 = 4_096
    /// The bytes of an OPT record without options (RFC 6891 §6.1.2).
    static let optionByteCount = 11

    /// The query, its id 0, an OPT record at its end.
    private(set) var message: [UInt8]
    let code: UInt8
    let answerCount: Int
    /// The address that the one record must hold; nil where records are only counted.
    var address: UInt32?
    /// The size of the answer that Apus gives, in bytes; 0 before it was asked.
    var answerByteCount = 0

    /// Where the name ends in the query.
    var nameEnd: Int { message.count - Self.optionByteCount - 4 }

    init(_ question: Question, _ payload: UInt16, code: UInt8, answerCount: Int) {
        let flags = Flags.recursionDesired.rawValue
        message = Self.bytes([0, flags, 1, 0, 0, 1]) + question.name.bytes
        message += Self.bytes([question.type.rawValue, question.recordClass.rawValue])
        message += [0] + Self.bytes([RecordType.opt.rawValue, payload, 0, 0, 0])
        self.code = code
        self.answerCount = answerCount
    }

    private static func bytes(_ values: [UInt16]) -> [UInt8] {
        values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    /// The same question for the echo, which sends as many bytes as its OPT record offers to take.
    var forEcho: BenchQuestion {
        var question = self
        let place = message.count - Self.optionByteCount + 3
        let wanted = Self.bytes([UInt16(clamping: max(message.count, answerByteCount))])
        question.message.replaceSubrange(place..<place + 2, with: wanted)
        return question
    }

    /// Writes over a part of the query.
    mutating func replace(_ bytes: [UInt8], at place: Int) {
        message.replaceSubrange(place..<place + bytes.count, with: bytes)
    }

    /// Whether `answer` is a whole answer to this question, with the right code and as many records
    /// as there are.
    func isAnswered(by answer: Span<UInt8>) -> Bool {
        guard hasQuestion(answer) else { return false }
        let flags = Flags(rawValue: answer.uint16(at: 2))
        return flags.contains(.response) && !flags.contains(.truncated) && flags.code == code
            && answer.uint16(at: 6) == answerCount && hasAddress(answer)
    }

    /// Whether `answer` is this question, sent back in the size that was asked for.
    func isEchoed(by answer: Span<UInt8>) -> Bool {
        hasQuestion(answer) && answer.count == max(message.count, answerByteCount)
    }

    /// Whether an answer repeats the question, byte for byte.
    func hasQuestion(_ answer: Span<UInt8>) -> Bool {
        let end = message.count - Self.optionByteCount
        guard answer.count >= end, answer.uint16(at: 4) == 1 else { return false }
        for index in Header.byteCount..<end where answer[index] != message[index] { return false }
        return true
    }
}
