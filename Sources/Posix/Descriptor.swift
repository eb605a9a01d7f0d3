// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open file of any kind, closed exactly once by its one owner.
package struct Descriptor: ~Copyable, Sendable {
    package let number: CInt

    package init(owning number: CInt) { self.number = number }

    deinit { close(number) }
}
