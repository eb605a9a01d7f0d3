// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Plugin
import Wire

extension ServerModel {
    /// Every right answer of a cluster.
    ///
    /// `names`: the names that led here, in lower case; `isFaulted`: whether upstreams were not at
    /// their best for a name.
    func clusterAnswers(
        to asked: Asked,
        _ place: Int,
        isFaulted: ([UInt8]) -> Bool,
        behind names: [[UInt8]]
    ) -> [Expected] {
        guard let cluster = clusters[place], let name = try? Name(wire: asked.lower.span),
            let zone = cluster.zone(of: name)
        else { return [unanswered] }
        guard asked.recordClass == .internet else { return [.failure(.refused)] }
        guard let right = cluster.expected(Question(name, asked.type)) else { return [unanswered] }
        let expected = Expected(
            code: right.code,
            answers: right.answers.map { Fact($0) },
            additionals: right.additionals.map { Fact($0) },
            deniedBy: right.isDenied ? zone.bytes : nil,
            isAuthoritative: right.code != .refused
        )
        if let target = right.target {
            let target = target.lowercased.bytes
            let chased = chase(target, for: asked, isFaulted: isFaulted, names + [asked.lower])
            return chased.map {
                Expected(
                    answers: expected.answers + $0.answers,
                    additionals: [],
                    mayBeCut: $0.mayBeCut,
                    mayBeKept: $0.mayBeKept
                )
            }
        }
        guard asked.type == .any, asked.transport == .udp, !expected.answers.isEmpty else {
            return [expected]
        }
        // Over UDP one set of records is enough (RFC 8482 §4.1).
        return Set(expected.answers.map(\.type)).map { type in
            var one = expected
            one.answers = expected.answers.filter { $0.type == type }
            return one
        }
    }

    /// What the target of an alias adds; nothing when it leads in a circle.
    private func chase(
        _ target: [UInt8],
        for asked: Asked,
        isFaulted: ([UInt8]) -> Bool,
        _ names: [[UInt8]]
    ) -> [Expected] {
        guard !names.contains(target), names.count <= Self.maximumDepth else {
            return [.failure(.serverFailure)]
        }
        var next = asked
        next.name = target
        next.lower = target
        guard let place = block(for: next)?.place, case .cluster = world.blocks[place].content
        else { return answers(to: next, isFaulted: isFaulted) }
        return clusterAnswers(to: next, place, isFaulted: isFaulted, behind: names)
    }
}
