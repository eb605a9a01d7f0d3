// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// Why the kernel does not take a program.
package struct ProgramRefusal: Error, Hashable, Sendable {
    package let error: SystemError
    /// What the kernel's verifier saw, line by line; empty when it did not get that far.
    package let log: [String]
}

/// A program in the kernel that looks at each frame an interface receives (XDP).
package struct BPFProgram: ~Copyable, Sendable {
    /// The most bytes of the verifier's log that are asked for; of more the kernel keeps the first.
    static let maximumLogByteCount = 1 << 18
    /// The longest frame of a trial, in bytes.
    package static let maximumFrameByteCount = 2_048

    private let descriptor: Descriptor

    /// The number that a link is made with.
    fileprivate var number: CInt { descriptor.number }

    /// Has the kernel verify and take a program; `name`: what tools show, 15 bytes of it.
    ///
    /// The maps that it looks into must be open.
    package init(_ instructions: [UInt64], name: String) throws(ProgramRefusal) {
        let number: Int
        do throws(SystemError) {
            number = try check("bpf BPF_PROG_LOAD") {
                unsafe Int(
                    csystem_bpf_program(instructions, UInt32(instructions.count), name, nil, 0)
                )
            }
        } catch {
            throw ProgramRefusal(error: error, log: Self.log(of: instructions, name))
        }
        descriptor = Descriptor(owning: CInt(number))
    }

    /// What the verifier says about a program that it refuses.
    private static func log(of instructions: [UInt64], _ name: String) -> [String] {
        var log = [CChar](repeating: 0, count: maximumLogByteCount)
        // SAFETY: the kernel writes no more than it is told that there is room for.
        let number = unsafe csystem_bpf_program(
            instructions,
            UInt32(instructions.count),
            name,
            &log,
            UInt32(log.count)
        )
        if number >= 0 { close(number) }
        let text = String(
            decoding: log.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
        return text.split(separator: "\n").map(String.init)
    }

    /// Runs the program once on a frame, without an interface: its verdict, and what it made of the
    /// frame.
    package func run(
        on frame: [UInt8]
    ) throws(SystemError) -> (verdict: UInt32, frame: [UInt8]) {
        var output = [UInt8](repeating: 0, count: Self.maximumFrameByteCount)
        var count = UInt32(output.count)
        var verdict: UInt32 = 0
        let number = number
        // SAFETY: the kernel reads and writes no more than the counts that it is given.
        try check("bpf BPF_PROG_TEST_RUN") {
            unsafe Int(
                csystem_bpf_run(
                    number,
                    frame,
                    UInt32(frame.count),
                    &output,
                    &count,
                    &verdict
                )
            )
        }
        return (verdict, Array(output.prefix(Int(count))))
    }
}

/// A program that hangs on an interface: it is taken off with its owner, at the latest with the
/// process.
package struct BPFLink: ~Copyable, Sendable {
    /// Where on a frame's way the program runs.
    package enum Mode: Hashable, Sendable {
        /// In the driver, before the kernel has made anything of the frame (native).
        case driver
        /// Behind the driver, whichever it is (generic).
        case generic
    }

    private let descriptor: Descriptor
    package let mode: Mode

    /// Hangs a program on the interface of this name.
    package init(
        _ program: borrowing BPFProgram,
        on interface: String,
        _ mode: Mode
    ) throws(SystemError) {
        let index = unsafe if_nametoindex(interface)
        guard index != 0 else { throw SystemError(call: "interface \(interface)", code: errno) }
        let program = program.number
        let number = try check("bpf BPF_LINK_CREATE \(interface)") {
            Int(csystem_bpf_link(program, index, mode == .driver ? 1 : 0))
        }
        descriptor = Descriptor(owning: CInt(number))
        self.mode = mode
    }

    /// Hangs a program where it runs earliest.
    ///
    /// Not in the driver of one end of a pair (veth): what it sends is thrown away there, unless the
    /// other end happens to be prepared for it.
    package static func hang(
        _ program: borrowing BPFProgram,
        on interface: String
    ) throws(SystemError) -> BPFLink {
        if Process.driverName(of: interface) != "veth" {
            do throws(SystemError) {
                return try BPFLink(program, on: interface, .driver)
            } catch {
                // Not every driver has a place for it; whatever else is wrong is met again.
            }
        }
        return try BPFLink(program, on: interface, .generic)
    }
}
