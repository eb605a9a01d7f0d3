// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// A server block some of whose answers the kernel may give, because no plugin has to see them.
struct KernelBlock: Sendable {
    /// Its place among the blocks of the listener.
    let index: Int
    /// Who names the answers.
    let foreteller: any Foreteller
    /// The foreteller's place in the chain.
    let place: Int
    /// Who counts them.
    let talliers: [any Tallier]
    /// The places of its zones among those of the whole server block, as `ServerBlock.zonePlaces`.
    let zonePlaces: [Int]
    var zoneCount: Int { zonePlaces.count }

    /// Why the kernel must not answer for a block.
    struct Refusal: Error, Hashable {
        let reason: String
    }

    /// Sees whether whoever would see a query can do without.
    init(_ block: ServerBlock, at index: Int) throws(Refusal) {
        let plugins = block.chain.plugins
        guard let place = plugins.firstIndex(where: { $0 is any Answerer }),
            let foreteller = plugins[place] as? any Foreteller
        else {
            throw Refusal(reason: "no plugin that comes first knows its answers beforehand")
        }
        for (other, plugin) in plugins.enumerated() {
            let name = block.chain.names[other]
            if let finisher = plugin as? any Finisher, other <= place,
                !finisher.sparesSoleAddresses
            {
                throw Refusal(reason: "'\(name)' looks at every answer")
            }
            if plugin is any Observer, !(plugin is any Tallier) {
                throw Refusal(reason: "'\(name)' has to see every query")
            }
        }
        self.index = index
        self.foreteller = foreteller
        self.place = place
        talliers = plugins.compactMap { $0 as? any Tallier }
        zonePlaces = block.zonePlaces
    }
}
