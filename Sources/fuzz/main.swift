// SPDX-License-Identifier: Apache-2.0

internal import CFuzzer

var count = CommandLine.argc
var arguments = unsafe Optional(CommandLine.unsafeArgv)

// SAFETY: libFuzzer gives `count` readable bytes that live until the call returns.
_ = unsafe withUnsafeMutablePointer(to: &arguments) { list in
    unsafe LLVMFuzzerRunDriver(
        &count,
        UnsafeMutableRawPointer(list).assumingMemoryBound(
            to: Optional<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>.self
        )
    ) { start, count in
        unsafe FuzzTarget.takeInput(UnsafeBufferPointer(start: start, count: count))
    }
}
