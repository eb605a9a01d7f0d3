// SPDX-License-Identifier: Apache-2.0

import YAML

extension ObjectDecoder {
    /// How Pods are replaced, the way that is meant where none is said first.
    private static func strategies(of kind: Workload.Kind) -> [String] {
        kind == .deployment ? ["RollingUpdate", "Recreate"] : ["RollingUpdate", "OnDelete"]
    }

    /// Checks how Pods are to be replaced: here they are replaced at once, whatever is said.
    mutating func checkStrategy(_ name: String, in spec: Fields, of kind: Workload.Kind) {
        guard let fields = reader.fields(name, in: spec) else { return }
        reader.checkNames(of: fields, known: KnownFields.strategy)
        let words = Self.strategies(of: kind)
        let word = reader.choice("type", in: fields, of: words) ?? words[0]
        guard word == words[0] else {
            let reason = "may not be specified when `type` is '\(word)'"
            reader.forbid("rollingUpdate", in: fields, reason)
            return
        }
        guard let update = reader.fields("rollingUpdate", in: fields) else { return }
        reader.checkNames(of: update, known: KnownFields.rollingUpdates[kind.name] ?? [])
        if kind == .statefulSet {
            _ = reader.count("partition", in: update)
            checkShares(update, maximumSurge: nil)
        } else {
            checkShares(update, maximumSurge: share("maxSurge", in: update))
        }
    }

    /// Compares how many Pods may be missing and how many too many: one of both, at least.
    private mutating func checkShares(_ update: Fields, maximumSurge: Share?) {
        let missing = share("maxUnavailable", in: update)
        guard let missing, let node = update["maxUnavailable"] else { return }
        if missing.isPercentage, missing.number > 100 {
            reader.invalid(node, because: "must not be greater than 100%")
        }
        if missing.number == 0, maximumSurge?.number == 0 {
            reader.invalid(node, because: "may not be 0 when `maxSurge` is 0")
        }
    }

    /// A number of Pods, or a part of all.
    private struct Share {
        let number: Int
        let isPercentage: Bool
    }

    private mutating func share(_ name: String, in fields: Fields) -> Share? {
        guard let node = fields[name] else { return nil }
        if case .string(let text) = node.scalar?.value {
            if text.hasSuffix("%"), let number = UInt16(text.dropLast()), text.first != "+" {
                return Share(number: Int(number), isPercentage: true)
            }
            reader.invalid(node, mustBe: "an integer or percentage (such as 5 or '5%')")
            return nil
        }
        return reader.count(name, in: fields).map { Share(number: $0, isPercentage: false) }
    }

    /// A Deployment must have time for a Pod to become available.
    mutating func checkProgress(_ spec: Fields) {
        let deadline = reader.count("progressDeadlineSeconds", in: spec)
        guard let deadline, let node = spec["progressDeadlineSeconds"] else { return }
        let ready = spec["minReadySeconds"]?.scalar?.value
        if case .integer(let seconds) = ready ?? .integer(0), deadline <= seconds {
            reader.invalid(node, because: "must be greater than minReadySeconds")
        }
    }
}
