// SPDX-License-Identifier: Apache-2.0

import Posix
import XDP

/// Why the kernel does not answer.
struct KernelRefusal: Error, Hashable {
    let reason: String
    /// What the kernel's verifier says about the program; empty when it was not asked.
    var log: [String] = []

    init(_ reason: String) { self.reason = reason }

    init(_ error: SystemError) { reason = error.description }
}

/// The program in the kernel and the maps that it looks into; both go with the last who holds them.
final class KernelMaps: Sendable {
    /// The most answers: 100,000 Services of both families, and room for changes.
    static let maximumAnswerCount = 1 << 18
    /// The most addresses and ports.
    static let maximumPlaceCount = 64
    /// The most zones, each counted at every address.
    static let maximumTallyCount = 1_024

    let places: BPFMap
    let answers: BPFMap
    private let tallies: BPFMap
    private let program: BPFProgram

    init() throws(KernelRefusal) {
        guard AnswerProgram.isPossible else {
            throw KernelRefusal("this machine begins its numbers with the highest byte")
        }
        do throws(SystemError) {
            let places = try BPFMap(
                .table,
                name: "apus_places",
                keyByteCount: KernelPlace.keyByteCount,
                valueByteCount: KernelPlace.byteCount,
                capacity: Self.maximumPlaceCount
            )
            let answers = try BPFMap(
                .table,
                name: "apus_answers",
                keyByteCount: KernelQuestion.keyByteCount,
                valueByteCount: KernelAnswer.byteCount,
                capacity: Self.maximumAnswerCount
            )
            let tallies = try BPFMap(
                .counters,
                name: "apus_tallies",
                keyByteCount: 4,
                valueByteCount: Tally.byteCount,
                capacity: Self.maximumTallyCount
            )
            self.places = places
            self.answers = answers
            self.tallies = tallies
        } catch {
            throw KernelRefusal(error)
        }
        program = try Self.load(places: places, answers: answers, tallies: tallies)
    }

    private static func load(
        places: borrowing BPFMap,
        answers: borrowing BPFMap,
        tallies: borrowing BPFMap
    ) throws(KernelRefusal) -> BPFProgram {
        let maps = AnswerProgram.Maps(
            places: places.number,
            answers: answers.number,
            tallies: tallies.number
        )
        guard let instructions = try? AnswerProgram.assembled(over: maps) else {
            throw KernelRefusal("the program cannot be put together")
        }
        do throws(ProgramRefusal) {
            return try BPFProgram(instructions, name: "apus_answer")
        } catch {
            var refusal = KernelRefusal(error.error)
            refusal.log = error.log
            throw refusal
        }
    }

    /// Hangs the program on an interface, until the result is gone.
    func hang(on interface: String) throws(KernelRefusal) -> KernelHook {
        do throws(SystemError) {
            return KernelHook(try BPFLink.hang(program, on: interface))
        } catch {
            throw KernelRefusal(error)
        }
    }

    /// What was counted under a number since the program was loaded.
    func tally(_ number: UInt32) throws(SystemError) -> Tally {
        Tally(try tallies.counters(at: number))
    }
}

/// The program on one interface.
final class KernelHook: Sendable {
    private let link: BPFLink

    fileprivate init(_ link: consuming BPFLink) { self.link = link }

    /// Where it runs, as tools call it.
    var mode: String { link.mode == .driver ? "native" : "generic" }
}
