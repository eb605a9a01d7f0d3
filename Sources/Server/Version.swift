// SPDX-License-Identifier: Apache-2.0

/// Which program this is.
package enum Version {
    package static let number = "0.1.0"

    /// The lines that are printed at start and by `-version`.
    package static var banner: String { "Apus-\(number)\nlinux, Swift 6\n" }
}
