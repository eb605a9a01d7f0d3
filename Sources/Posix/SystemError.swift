// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

/// A system call that failed, and why.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, with its object where there is one.
    package let call: String
    /// The number that the system gave (`errno`); 0 when `call` says it all.
    package let code: CInt

    package init(call: String, code: CInt) {
        self.call = call
        self.code = code
    }

    package var description: String {
        guard code != 0 else { return call }
        // SAFETY: strerror gives a C string that stays valid until it is copied here.
        let text = unsafe String(cString: strerror(code))
        return "\(call): \(text.prefix(1).lowercased() + text.dropFirst())"
    }

    /// Somebody else has the address and port.
    package var isAddressInUse: Bool { code == EADDRINUSE }
    /// Only root may do this.
    package var isDenied: Bool { code == EACCES || code == EPERM }
    /// Nothing to be had just now.
    package var wouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
    /// The process or the machine has no descriptor left.
    package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// The other side has no such port.
    package var isRefused: Bool { code == ECONNREFUSED }
    /// The machine has no such address, or no such family.
    package var isAddressMissing: Bool { code == EADDRNOTAVAIL || code == EAFNOSUPPORT }
}

/// Runs a system call again while signals interrupt it, and throws when it returns -1.
@discardableResult
func check(_ call: String, _ body: () -> Int) throws(SystemError) -> Int {
    while true {
        let result = body()
        if result != -1 { return result }
        if errno != EINTR { throw SystemError(call: call, code: errno) }
    }
}
