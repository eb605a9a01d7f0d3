// SPDX-License-Identifier: Apache-2.0

import Posix

/// What the kernel lets this user do.
enum KernelRights {
    /// Whether it takes maps and programs.
    static let takesMaps: Bool = {
        let map = try? BPFMap(
            .table,
            name: "trial",
            keyByteCount: 4,
            valueByteCount: 4,
            capacity: 1
        )
        // `r0 = 2; exit`: one right may be there without the other.
        let program = try? BPFProgram([2 << 32 | 0xB7, 0x95], name: "trial")
        return map != nil && program != nil
    }()
}
