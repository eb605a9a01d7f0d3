// SPDX-License-Identifier: Apache-2.0

/// Serves all Services of one change, step by step.
struct ServiceRound {
    /// What became of a Service.
    enum Outcome {
        /// It is used, holding this; `isGranted`: not all of that is written in its manifest.
        case used(Holding, isGranted: Bool, warning: AllocationMistake?)
        /// It is not used; `isKept`: what was in use before it still is.
        case refused(AllocationMistake, isKept: Bool)
    }

    private var refused: [Int: (mistake: AllocationMistake, isKept: Bool)] = [:]
    private var warnings: [Int: AllocationMistake] = [:]
    /// Whether one that is refused gave back what others may want.
    private var hasFreed = false

    /// Serves `candidates`, which are in order.
    ///
    /// What is held is handed in and not kept, so that it has one owner and is changed in place.
    mutating func run(
        _ candidates: inout [ServiceCandidate],
        _ held: inout HeldNumbers,
        _ remembered: RememberedHoldings
    ) {
        plan(&candidates, &held)
        keep(&candidates, &held, remembered)
        takeWritten(&candidates, &held)
        for index in candidates.indices where refused[index] == nil {
            if let memory = remembered[candidates[index].key] {
                candidates[index].take(memory.holding, from: &held)
            }
        }
        for index in candidates.indices where refused[index] == nil {
            do throws(AllocationMistake) {
                warnings[index] = try candidates[index].complete(from: &held)
            } catch {
                refuse(index, error, &candidates, &held)
            }
        }
    }

    /// What became of one that was served, by its place among all.
    func outcome(of candidate: ServiceCandidate, _ index: Int) -> Outcome {
        if let refusal = refused[index] {
            return .refused(refusal.mistake, isKept: refusal.isKept)
        }
        return .used(
            candidate.holding,
            isGranted: candidate.isGranted,
            warning: warnings[index]
        )
    }

    private mutating func plan(
        _ candidates: inout [ServiceCandidate],
        _ held: inout HeldNumbers
    ) {
        for index in candidates.indices {
            do throws(AllocationMistake) {
                try candidates[index].plan(held)
            } catch {
                refuse(index, error, &candidates, &held)
            }
        }
    }

    /// Lets those who were in use have again what they had.
    private mutating func keep(
        _ candidates: inout [ServiceCandidate],
        _ held: inout HeldNumbers,
        _ remembered: RememberedHoldings
    ) {
        for index in candidates.indices where refused[index] == nil {
            if let before = candidates[index].before {
                candidates[index].take(before.holding, from: &held)
            } else if let memory = remembered[candidates[index].key], memory.wasInUse {
                candidates[index].take(memory.holding, from: &held)
            }
        }
    }

    /// Gives everybody what is written, in order; again as long as that helps somebody.
    private mutating func takeWritten(
        _ candidates: inout [ServiceCandidate],
        _ held: inout HeldNumbers
    ) {
        var open = candidates.indices.filter { refused[$0] == nil }
        while true {
            hasFreed = false
            let count = open.count
            open = open.filter { index in
                refused[index] = nil
                do throws(AllocationMistake) {
                    try candidates[index].takeWritten(from: &held)
                } catch {
                    refuse(index, error, &candidates, &held)
                }
                return refused[index].map { !$0.isKept } ?? false
            }
            guard hasFreed, !open.isEmpty, open.count < count else { return }
        }
    }

    /// Refuses a Service: what it has by now is free again, and what was in use before it stays so
    /// if it still can.
    private mutating func refuse(
        _ index: Int,
        _ mistake: AllocationMistake,
        _ candidates: inout [ServiceCandidate],
        _ held: inout HeldNumbers
    ) {
        let hadNothing = candidates[index].holding.isEmpty
        candidates[index].release(to: &held)
        let isKept = candidates[index].before.map { Self.reinstate($0, &held) } ?? false
        if !hadNothing, !isKept { hasFreed = true }
        refused[index] = (mistake, isKept)
    }

    /// Puts back into use what was; false when somebody has something of it by now.
    private static func reinstate(_ before: ServiceInUse, _ held: inout HeldNumbers) -> Bool {
        let holding = before.holding
        guard holding.addresses.allSatisfy({ held.holder(ofService: $0) == nil }),
            holding.distinctPorts.allSatisfy({ held.holder(ofPort: $0) == nil })
        else { return false }
        for address in holding.addresses { held.take(service: address, for: before.object) }
        for port in holding.distinctPorts { held.take(port: port, for: before.object) }
        for address in holding.ingressAddresses
        where held.holder(ofBalancer: address) == nil || before.object.writes(balancer: address) {
            held.take(balancer: address, for: before.object)
        }
        return true
    }
}
