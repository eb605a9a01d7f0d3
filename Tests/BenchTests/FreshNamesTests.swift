// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct FreshNamesTests {
    @Test func neverDrawsANameTwice() throws {
        let names = try FreshNames()
        let copy = names
        let messages = (0..<1_000).flatMap { _ in
            [names.question(names.draw()).message, copy.question(copy.draw()).message]
        }

        #expect(Set(messages).count == 2_000)
        #expect(names.drawnCount == 2_000)
        #expect(copy.drawnCount == 2_000)
    }

    @Test func asksForANameOfItsOwnKind() throws {
        let question = try FreshNames().question(5)
        let message = try Message(parsing: question.message.span)

        #expect(message.questions == [Question(try Name(ForwardName.text(.fresh, 5)), .a)])
        #expect(question.address != nil)
        #expect(question.answerCount == 1)
    }

    @Test func tellsTheEchoTheSizeOfAnswers() throws {
        var names = try FreshNames()
        names.template.answerByteCount = 300
        let message = names.forEcho.question(9).message
        let wanted = Echo.wantedByteCount(message.span)

        #expect(wanted == 300)
        #expect(message.prefix(40) == names.question(9).message.prefix(40))
    }
}
