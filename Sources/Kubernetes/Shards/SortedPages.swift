// SPDX-License-Identifier: Apache-2.0

/// A sorted set of which copies share the pages in which they do not differ.
///
/// It answers whether anything lies in a range, which the hash tables cannot.
struct SortedPages<Key: Comparable & Sendable>: Sendable {
    /// The most keys of a page; one that grows beyond is parted in halves.
    static var maximumPageCount: Int { 4_096 }
    /// Smaller pages are put together with the next one.
    private static var minimumPageCount: Int { 1_024 }

    /// Some keys, sorted.
    private var pages: [[Key]] = []
    /// The first key of each page.
    private var firsts: [Key] = []

    /// The least key that is not below `bound`.
    func first(atLeast bound: Key) -> Key? {
        // The page before the first that begins behind the bound may hold it.
        let behind = firsts.partitioningIndex { $0 >= bound }
        if behind > 0 {
            let page = pages[behind - 1]
            let place = page.partitioningIndex { $0 >= bound }
            if place < page.count { return page[place] }
        }
        return behind < pages.count ? firsts[behind] : nil
    }

    /// All keys, in order.
    var keys: [Key] { pages.flatMap { $0 } }

    /// Takes keys out and puts others in: neither list has a key twice, and none is in both.
    mutating func apply(removing gone: [Key], adding come: [Key]) {
        guard !gone.isEmpty || !come.isEmpty else { return }
        let gone = gone.sorted()
        let come = come.sorted()
        if pages.isEmpty {
            pages = Self.parted(come)
            firsts = pages.compactMap(\.first)
            return
        }
        var (removed, added) = (0, 0)
        var touched: [(page: Int, keys: [Key])] = []
        while removed < gone.count || added < come.count {
            let next = [gone, come].enumerated().compactMap { number, list in
                let index = number == 0 ? removed : added
                return index < list.count ? list[index] : nil
            }
            guard let key = next.min() else { break }
            let behind = firsts.partitioningIndex { $0 > key }
            let page = max(0, behind - 1)
            let limit: Key? = page + 1 < firsts.count ? firsts[page + 1] : nil
            let goneHere = Self.run(gone, from: &removed, below: limit)
            let comeHere = Self.run(come, from: &added, below: limit)
            touched.append((page, Self.merged(pages[page], removing: goneHere, adding: comeHere)))
        }
        // From behind, so that the numbers of the pages in front stay right.
        for (page, keys) in touched.reversed() { replace(page, with: keys) }
    }

    /// The keys from `index` on that are below `limit`; moves `index` behind them.
    private static func run(
        _ keys: [Key],
        from index: inout Int,
        below limit: Key?
    ) -> ArraySlice<Key> {
        let start = index
        while index < keys.count, limit.map({ keys[index] < $0 }) ?? true { index += 1 }
        return keys[start..<index]
    }

    private static func merged(
        _ page: [Key],
        removing gone: ArraySlice<Key>,
        adding come: ArraySlice<Key>
    ) -> [Key] {
        var merged: [Key] = []
        merged.reserveCapacity(page.count + come.count)
        var (gone, come) = (gone, come)
        for key in page {
            while let next = come.first, next < key {
                merged.append(next)
                come.removeFirst()
            }
            while let next = gone.first, next < key { gone.removeFirst() }
            if gone.first == key { gone.removeFirst() } else { merged.append(key) }
        }
        return merged + come
    }

    /// Puts other keys in the place of a page, with those of the next when they are few.
    private mutating func replace(_ page: Int, with keys: [Key]) {
        var range = page..<(page + 1)
        var keys = keys
        if keys.count < Self.minimumPageCount, page + 1 < pages.count {
            keys += pages[page + 1]
            range = page..<(page + 2)
        }
        let parts = Self.parted(keys)
        pages.replaceSubrange(range, with: parts)
        firsts.replaceSubrange(range, with: parts.compactMap(\.first))
    }

    /// The keys in pages, none of them empty.
    private static func parted(_ keys: [Key]) -> [[Key]] {
        guard keys.count > maximumPageCount else { return keys.isEmpty ? [] : [keys] }
        let size = maximumPageCount / 2
        return stride(from: 0, to: keys.count, by: size).map { start in
            Array(keys[start..<min(start + size, keys.count)])
        }
    }
}
