// SPDX-License-Identifier: Apache-2.0

import Wire

/// An answerer that can name beforehand what it answers with one address, whoever asks.
///
/// The kernel may then give these answers in its place (`bind` with `xdp`). They hold until the
/// next configuration.
package protocol Foreteller: Answerer {
    /// Names questions of class IN that have one address for their answer.
    ///
    /// `other`: what this plugin was made anew of, or will be; what both are sure to answer in the
    ///   same way need not be named. nil for all there are. `body`: is lent the name in wire form
    ///   with its last zero, and A or AAAA.
    func foretell(
        otherwiseThan other: (any Foreteller)?,
        _ body: (Span<UInt8>, RecordType) -> Void
    )
}
