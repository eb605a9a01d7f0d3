// SPDX-License-Identifier: Apache-2.0

/// Who does pieces of work that do not depend on each other.
package protocol Workforce: Sendable {
    /// Calls `piece` once with each number below `count`, in any order and maybe side by side, and
    /// returns when all calls have.
    func perform(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void)
}

/// Does one piece after the other, in their order.
package struct SoleWorker: Workforce {
    package init() {}

    package func perform(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
        for number in 0..<max(0, count) { piece(number) }
    }
}
