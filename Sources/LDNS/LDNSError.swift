// SPDX-License-Identifier: Apache-2.0

internal import CLDNS

/// Why libldns, or a check of ours around it, does not take something; in words.
package struct LDNSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in lower case, without a place.
    package let description: String

    package init(_ description: String) { self.description = description }

    /// The words of libldns for a status that is not "ok".
    init(status: ldns_status) {
        // SAFETY: libldns answers a constant text that ends with a zero byte, or nothing.
        if let text = unsafe ldns_get_errorstr_by_id(status) {
            description = unsafe String(cString: text).lowercased()
        } else {
            description = "libldns error \(status.rawValue)"
        }
    }
}
