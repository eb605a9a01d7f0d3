// SPDX-License-Identifier: Apache-2.0

/// Why a server of pages could not start.
package struct HTTPError: Error, Equatable, CustomStringConvertible {
    /// What did not work.
    package enum Step: String, Sendable {
        case listen = "cannot listen"
        case start = "cannot start the HTTP server"
        case address = "an address has 4 or 16 bytes, or none for all addresses"
    }

    package let step: Step
    /// The errno of the failure; 0 when there is none to know.
    package let code: CInt
    /// The system's words for `code`; empty without one.
    package let reason: String

    package var description: String {
        reason.isEmpty ? step.rawValue : "\(step.rawValue): \(reason)"
    }
}
