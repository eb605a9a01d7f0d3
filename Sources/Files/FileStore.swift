// SPDX-License-Identifier: Apache-2.0

/// Where files are written: the disk of a running server, or the memory of a test.
package protocol FileStore: Sendable {
    /// Puts a file in place of the one at `path`, so that nobody sees half of it.
    ///
    /// What was there before stays when any step fails; but a machine that stops soon afterwards may
    /// leave half a file, so that the content must tell by itself whether it is whole. `next` gives
    /// the parts of the content, and nil at the end.
    func replace(_ path: String, with next: () -> [UInt8]?) throws(FileError)

    /// Puts a file in place of the one at `path` so that it stays even when the machine stops right
    /// afterwards; folders that are missing are made.
    ///
    /// What was there before stays when any step fails.
    func keep(_ path: String, _ bytes: [UInt8]) throws(FileError)

    /// Adds `bytes` at the end of a file of `byteCount` bytes, so that they stay even when the
    /// machine stops right afterwards.
    ///
    /// - Throws: `unsettled` when the file is of another size: somebody else wrote it. When
    ///   anything else fails, some of the bytes may be there.
    func append(_ bytes: [UInt8], to path: String, of byteCount: Int) throws(FileError)
}
