// SPDX-License-Identifier: Apache-2.0

import Wire

/// The blocks of one range for Pods.
struct PodBlocks: Sendable {
    let range: AddressNetwork
    /// How many bits all addresses of a block begin with.
    let length: Int
    /// Which blocks somebody has.
    var numbers: NumberPool

    /// Blocks as large as they usually are, and at least 16 of them.
    init(_ range: AddressNetwork) {
        self.range = range
        let usual = range.family == .v4 ? 24 : 64
        length = min(max(usual, range.length + 4), range.base.bitCount - 2)
        let count = 1 << min(max(0, length - range.length), 40)
        numbers = NumberPool(count: count, staticCount: 0)
    }

    /// The network of a block.
    func network(_ number: Int) -> AddressNetwork? {
        let shift = range.base.bitCount - length
        return AddressNetwork(range.base.advanced(by: number, shift: shift), length: length)
    }

    /// Has nobody get a block that has any of a network.
    mutating func take(_ network: AddressNetwork) {
        guard range.overlaps(network) else { return }
        guard range.contains(network.base) else {
            for number in 0..<numbers.count { numbers.take(number) }
            return
        }
        // What lies behind all blocks is none.
        guard let first = number(of: network.base) else { return }
        let count = 1 << min(max(0, length - network.length), 40)
        for number in first..<min(numbers.count, first + count) { numbers.take(number) }
    }

    /// The block that an address lies in.
    func number(of address: IPAddress) -> Int? {
        guard range.contains(address) else { return nil }
        let shift = UInt128(range.base.bitCount - length)
        let distance = (address.bits &- range.base.bits) >> shift
        return distance < UInt128(numbers.count) ? Int(distance) : nil
    }
}
