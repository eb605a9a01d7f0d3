// SPDX-License-Identifier: Apache-2.0

/// A program for the kernel's machine, put together instruction by instruction (RFC 9669).
///
/// Jumps lead forward only, so that every program ends. What it may do with which memory is judged
/// by the kernel when it is loaded, not here.
package struct Assembly: Sendable {
    /// The most instructions of one program, as every kernel takes them.
    package static let maximumInstructionCount = 4_096

    /// A jump whose way is known once its label is marked.
    private struct Jump {
        let index: Int
        let label: Label
    }

    private var instructions: [UInt64] = []
    private var places: [Label: Int] = [:]
    private var jumps: [Jump] = []
    private var doubled: Label?

    package init() {}

    /// The program, eight bytes an instruction.
    package func assembled() throws(AssemblyError) -> [UInt64] {
        if let doubled { throw .doubleLabel(doubled) }
        guard instructions.count <= Self.maximumInstructionCount else {
            throw .tooLong(instructions.count)
        }
        var assembled = instructions
        for jump in jumps {
            guard let place = places[jump.label] else { throw .unknownLabel(jump.label) }
            // The way is counted from the instruction behind the jump.
            guard let way = UInt16(exactly: place - jump.index - 1), way <= Int16.max else {
                throw .badJump(jump.label)
            }
            assembled[jump.index] |= UInt64(way) << 16
        }
        return assembled
    }

    /// Gives the place of the next instruction a name.
    package mutating func mark(_ label: Label) {
        if places.updateValue(instructions.count, forKey: label) != nil { doubled = label }
    }

    // MARK: Registers

    /// Does something with a register.
    package mutating func compute(
        _ operation: Operation,
        _ register: Register,
        _ operand: Operand
    ) {
        append(0x07 | operation.rawValue, register, operand)
    }

    /// Puts a copy of a register, or a number, into a register.
    package mutating func set(_ register: Register, _ operand: Operand) {
        compute(.copy, register, operand)
    }

    /// Puts all 64 bits of a number into a register.
    package mutating func set(_ register: Register, wide value: UInt64) {
        appendWide(register, source: 0, value)
    }

    /// Puts the map with this descriptor into a register.
    package mutating func set(_ register: Register, map descriptor: Int32) {
        // BPF_PSEUDO_MAP_FD: the kernel replaces the descriptor when the program is loaded.
        appendWide(register, source: 1, UInt64(UInt32(bitPattern: descriptor)))
    }

    /// Turns the lower 16 bits of a register from network order to this machine's or back, and
    /// clears the rest.
    package mutating func swap16(_ register: Register) {
        append(0xDC, register, .value(16))
    }

    // MARK: Memory

    /// Loads from `offset` bytes behind the address in `base`.
    package mutating func load(
        _ register: Register,
        _ width: Width,
        _ base: Register,
        _ offset: Int16
    ) {
        append(0x61 | width.rawValue, register, source: base, offset: offset)
    }

    /// Stores a register, or a number, to `offset` bytes behind the address in `base`.
    package mutating func store(
        _ width: Width,
        _ base: Register,
        _ offset: Int16,
        _ operand: Operand
    ) {
        switch operand {
        case .register(let source):
            append(0x63 | width.rawValue, base, source: source, offset: offset)
        case .value(let value):
            append(0x62 | width.rawValue, base, offset: offset, value: value)
        }
    }

    // MARK: Ways

    /// Goes on at `label`.
    package mutating func jump(to label: Label) {
        jumps.append(Jump(index: instructions.count, label: label))
        append(0x05, .r0)
    }

    /// Goes on at `label` when a register compares so.
    package mutating func jump(
        to label: Label,
        when register: Register,
        _ condition: Condition,
        _ operand: Operand
    ) {
        jumps.append(Jump(index: instructions.count, label: label))
        append(0x05 | condition.rawValue, register, operand)
    }

    /// Calls a function of the kernel with what is in `r1` to `r5`.
    package mutating func call(_ helper: Helper) {
        append(0x85, .r0, value: helper.rawValue)
    }

    /// Ends the program with this verdict.
    package mutating func end(_ verdict: Int32) {
        set(.r0, .value(verdict))
        append(0x95, .r0)
    }

    // MARK: Encoding

    private mutating func append(_ code: UInt8, _ register: Register, _ operand: Operand) {
        switch operand {
        case .register(let source): append(code | 0x08, register, source: source)
        case .value(let value): append(code, register, value: value)
        }
    }

    /// Appends one instruction (RFC 9669 §3.1).
    ///
    ///     byte    0        1                       2 to 3   4 to 7
    ///             code     source and register     offset   value
    private mutating func append(
        _ code: UInt8,
        _ register: Register,
        source: Register = .r0,
        offset: Int16 = 0,
        value: Int32 = 0
    ) {
        let registers = source.rawValue << 4 | register.rawValue
        instructions.append(
            UInt64(code) | UInt64(registers) << 8
                | UInt64(UInt16(bitPattern: offset)) << 16
                | UInt64(UInt32(bitPattern: value)) << 32
        )
    }

    /// Appends the one instruction that takes the room of two (RFC 9669 §5.4).
    private mutating func appendWide(_ register: Register, source: UInt8, _ value: UInt64) {
        let registers = UInt64(source << 4 | register.rawValue)
        instructions.append(0x18 | registers << 8 | value << 32)
        instructions.append((value >> 32) << 32)
    }
}
