// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Posix

@Suite struct SystemErrorTests {
    @Test func saysWhatWasTriedAndWhy() {
        #expect(
            SystemError(call: "open /a", code: ENOENT).description
                == "open /a: no such file or directory"
        )
        #expect(
            SystemError(call: "closed by the other side", code: 0).description
                == "closed by the other side"
        )
    }

    @Test(
        "An error knows what it means",
        arguments: [
            (EADDRINUSE, [true, false, false, false, false]),
            (EACCES, [false, true, false, false, false]),
            (EPERM, [false, true, false, false, false]),
            (EAGAIN, [false, false, true, false, false]),
            (EMFILE, [false, false, false, true, false]),
            (ENFILE, [false, false, false, true, false]),
            (EADDRNOTAVAIL, [false, false, false, false, true]),
            (EAFNOSUPPORT, [false, false, false, false, true]),
            (EINVAL, [false, false, false, false, false]),
        ]
    )
    func knowsItsMeaning(code: CInt, meanings: [Bool]) {
        let error = SystemError(call: "call", code: code)

        #expect(
            [
                error.isAddressInUse, error.isDenied, error.wouldBlock, error.isOutOfDescriptors,
                error.isAddressMissing,
            ] == meanings
        )
    }

    @Test func callsAgainWhileSignalsInterrupt() throws {
        var attempts = 0

        let result = try check("call") {
            attempts += 1
            errno = EINTR
            return attempts < 3 ? -1 : 7
        }

        #expect(result == 7)
        #expect(attempts == 3)
    }

    @Test func throwsAnyOtherError() {
        #expect(throws: SystemError(call: "call", code: EBADF)) {
            try check("call") {
                errno = EBADF
                return -1
            }
        }
    }
}
