// SPDX-License-Identifier: Apache-2.0

import Wire

/// What is asked of servers that forward.
extension Workload {
    /// So many of a hundred questions are for the names of the list, where there are others too.
    static let listedPercent = 10

    /// A of so many names of a kind.
    ///
    /// `from`: the number of the first one; names with other numbers are others.
    static func forwarded(
        _ kind: ForwardName.Kind,
        count: Int,
        from first: Int = 0
    ) throws(WireError) -> Workload {
        var workload = Workload(questions: [])
        for number in first..<first + count {
            let name = try Name(ForwardName.text(kind, number))
            var question = BenchQuestion(
                Question(name, .a),
                BenchQuestion.smallPayload,
                code: 0,
                answerCount: 1
            )
            question.expectUpstreamAddress()
            workload.questions.append(question)
        }
        return workload
    }

    /// The number of the question to ask next.
    func draw(_ random: inout Spread) -> Int {
        if let fresh, questions.isEmpty || random.next(below: 100) >= Self.listedPercent {
            return questions.count + fresh.draw()
        }
        return random.next(below: questions.count)
    }

    /// The question with a number that was drawn.
    func question(_ number: Int) -> BenchQuestion {
        if let fresh, number >= questions.count { return fresh.question(number - questions.count) }
        return questions[number]
    }

    /// The same questions for the echo.
    var forEcho: Workload {
        var workload = self
        workload.questions = questions.map(\.forEcho)
        workload.fresh = fresh?.forEcho
        return workload
    }
}

/// What a right answer from the upstream of a run is.
extension BenchQuestion {
    /// From here on the one record must hold the address that the upstream gives this name.
    mutating func expectUpstreamAddress() {
        address = UpstreamAnswer.address(of: message.span.extracting(Header.byteCount..<nameEnd))
    }

    /// Whether the first record behind the question holds the address that is expected, if any is.
    func hasAddress(_ answer: Span<UInt8>) -> Bool {
        guard let address else { return true }
        guard let place = try? answer.nameEnd(at: nameEnd + 4), place + 14 <= answer.count else {
            return false
        }
        return answer.uint16(at: place) == RecordType.a.rawValue
            && answer.uint16(at: place + 2) == 1 && answer.uint16(at: place + 8) == 4
            && answer.uint32(at: place + 10) == address
    }

    /// Whether `answer` says, to this question, that the server could not or would not answer:
    /// SERVFAIL or REFUSED.
    func isRefused(by answer: Span<UInt8>) -> Bool {
        guard hasQuestion(answer) else { return false }
        let flags = Flags(rawValue: answer.uint16(at: 2))
        return flags.contains(.response) && (flags.code == 2 || flags.code == 5)
            && answer.uint16(at: 6) == 0
    }
}
