// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Wire

/// Names that nobody was asked for yet: whoever draws one has it for himself.
///
/// Copies share their count, so that no two of them draw the same.
struct FreshNames {
    /// How many were drawn.
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    private let count = Count()
    /// The question for one of them, whichever, and how long its answer is.
    var template: BenchQuestion

    init() throws(WireError) {
        let name = try Name(ForwardName.text(.fresh, 0))
        template = BenchQuestion(
            Question(name, .a),
            BenchQuestion.smallPayload,
            code: 0,
            answerCount: 1
        )
    }

    /// How many names were drawn so far.
    var drawnCount: Int { count.value.load(ordering: .relaxed) }

    /// The number of the next one.
    func draw() -> Int { count.value.add(1, ordering: .relaxed).oldValue }

    /// The question for a name, and what answers it.
    func question(_ number: Int) -> BenchQuestion {
        var question = template
        question.replace(ForwardName.digits(number), at: ForwardName.digitPlace)
        question.expectUpstreamAddress()
        return question
    }

    /// The same names for the echo.
    var forEcho: FreshNames {
        var names = self
        names.template = template.forEcho
        return names
    }
}
