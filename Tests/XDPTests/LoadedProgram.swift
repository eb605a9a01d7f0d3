// SPDX-License-Identifier: Apache-2.0

import Posix
import Testing
import Wire
import XDP

/// The program in the kernel of this machine, over maps of its own, on no interface.
struct LoadedProgram: ~Copyable {
    /// Whether this machine lets us; else what runs in the kernel cannot be tested here.
    static let isPermitted = (try? LoadedProgram()) != nil
    static let why: Comment = "the kernel takes no program from this user"

    let places: BPFMap
    let answers: BPFMap
    let tallies: BPFMap
    let program: BPFProgram

    init() throws {
        let places = try BPFMap(
            .table,
            name: "places",
            keyByteCount: KernelPlace.keyByteCount,
            valueByteCount: KernelPlace.byteCount,
            capacity: 8
        )
        let answers = try BPFMap(
            .table,
            name: "answers",
            keyByteCount: KernelQuestion.keyByteCount,
            valueByteCount: KernelAnswer.byteCount,
            capacity: 64
        )
        let tallies = try BPFMap(
            .counters,
            name: "tallies",
            keyByteCount: 4,
            valueByteCount: Tally.byteCount,
            capacity: 8
        )
        let maps = AnswerProgram.Maps(
            places: places.number,
            answers: answers.number,
            tallies: tallies.number
        )
        program = try BPFProgram(AnswerProgram.assembled(over: maps), name: "apus_answer")
        self.places = places
        self.answers = answers
        self.tallies = tallies
    }
}
