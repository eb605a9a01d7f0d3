// SPDX-License-Identifier: Apache-2.0

import Wire

/// A plugin that can tell by a short look at a message where in memory it will look for the
/// answer.
///
/// A worker shows it all messages of a batch before the first is answered: what many small look-ups
/// cost is waiting for memory, and the waiting for one goes on beside that for the others.
package protocol MemoryPrefetcher: Plugin {
    /// Has the processor fetch what the answer to a message will be made of, without waiting for it.
    ///
    /// It must not wait, allocate, or count references of what workers share.
    ///
    /// `message`: any bytes, as they came; nobody has judged them yet. They may be meant for
    ///   another block.
    func prefetchMemory(for message: Span<UInt8>)
}
