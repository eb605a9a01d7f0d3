// SPDX-License-Identifier: Apache-2.0

import Wire

/// Some of the response codes that have a mnemonic.
///
/// A bit each, as every reply's code is looked for here, and hashing one takes hundreds of steps.
struct CodeSet: Equatable, Sendable, ExpressibleByArrayLiteral {
    private var bits: UInt64 = 0

    init(arrayLiteral codes: ResponseCode...) {
        for code in codes { insert(code) }
    }

    /// Adds a code; one without a mnemonic, which nobody can write in a Corefile, is left out.
    mutating func insert(_ code: ResponseCode) {
        if code.rawValue < 64 { bits |= 1 << UInt64(code.rawValue) }
    }

    func contains(_ code: ResponseCode) -> Bool {
        code.rawValue < 64 && bits & 1 << UInt64(code.rawValue) != 0
    }
}
