// SPDX-License-Identifier: Apache-2.0

/// A register of the kernel's machine, 64 bits wide (RFC 9669 §2.1).
package enum Register: UInt8, Sendable {
    /// What a helper returns, and the program's verdict; a call leaves nothing in `r1` to `r5`.
    case r0
    case r1
    case r2
    case r3
    case r4
    case r5
    /// What is kept over calls.
    case r6
    case r7
    case r8
    case r9
    /// The upper end of the 512 bytes of stack; it cannot be written.
    case frame
}

/// How much of a register a load or store takes; what is loaded is filled up with zeros.
package enum Width: UInt8, Sendable {
    case bits32 = 0x00
    case bits16 = 0x08
    case bits8 = 0x10
    case bits64 = 0x18
}

/// What is done with a register, over all of its 64 bits (RFC 9669 §4.1).
package enum Operation: UInt8, Sendable {
    case add = 0x00
    case subtract = 0x10
    case or = 0x40
    case and = 0x50
    case shiftLeft = 0x60
    case shiftRight = 0x70
    case exclusiveOr = 0xA0
    case copy = 0xB0
}

/// When a jump is taken; numbers are without a sign (RFC 9669 §4.3).
package enum Condition: UInt8, Sendable {
    case isEqual = 0x10
    case isAbove = 0x20
    case isAtLeast = 0x30
    case isUnequal = 0x50
    case isBelow = 0xA0
    case isAtMost = 0xB0
}

/// The second half of an operation or a comparison.
package enum Operand: Sendable, ExpressibleByIntegerLiteral {
    case register(Register)
    /// A number; as an operand it is widened with its sign.
    case value(Int32)

    package init(integerLiteral value: Int32) { self = .value(value) }
}

/// The functions of the kernel that a program may call (`bpf-helpers(7)`).
package enum Helper: Int32, Sendable {
    case lookUp = 1
    case sumDifference = 28
    case adjustTail = 65
    case frameByteCount = 188
    case loadBytes = 189
    case storeBytes = 190
}

/// A place in a program that jumps lead to.
package struct Label: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String

    package init(stringLiteral name: String) { description = name }
}

/// Why a program cannot be put together: always a mistake of ours, found by any test of it.
package enum AssemblyError: Error, Hashable, Sendable {
    /// A jump leads to a label that is nowhere.
    case unknownLabel(Label)
    /// A label stands in two places.
    case doubleLabel(Label)
    /// A jump is longer than 16 bits can say, or leads back, which no program of ours does.
    case badJump(Label)
    /// There are more instructions than `Assembly.maximumInstructionCount`.
    case tooLong(Int)
}
