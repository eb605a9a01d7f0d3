// SPDX-License-Identifier: Apache-2.0

/// A certificate with its key: who one side of a connection is, in PEM.
package struct TLSIdentity: Hashable, Sendable {
    /// The certificate, and those that lead from it to an authority, in this order.
    package let certificates: [UInt8]
    /// The key of the first certificate, without a pass phrase.
    package let key: [UInt8]

    package init(certificates: [UInt8], key: [UInt8]) {
        self.certificates = certificates
        self.key = key
    }
}
