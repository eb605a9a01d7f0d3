// SPDX-License-Identifier: Apache-2.0

/// Where files are written: the disk of a running server, or the memory of a test.
package protocol FileStore: Sendable {
    /// Puts a file in place of the one at `path`, so that nobody sees half of it.
    ///
    /// What was there before stays when any step fails; but a machine that stops soon afterwards may
    /// leave half a file, so that the content must tell by itself whether it is whole. `next` gives
    /// the parts of the content, and nil at the end.
    func replace(_ path: String, with next: () -> [UInt8]?) throws(FileError)
}
