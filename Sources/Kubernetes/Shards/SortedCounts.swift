// SPDX-License-Identifier: Apache-2.0

/// Sorted keys, each as often as it was added, of which copies share the pages that do not differ.
///
/// It answers whether anything lies in a range, which the hash tables cannot.
struct SortedCounts<Key: Comparable & Sendable>: Sendable {
    /// The most keys of a page; one that grows beyond is parted in halves.
    static var maximumPageCount: Int { 512 }
    /// Smaller pages are put together with the next one.
    private static var minimumPageCount: Int { 128 }

    /// By how much the count of a key changes.
    private struct Change {
        let key: Key
        var difference: Int32
    }

    /// Some keys, sorted, and how often each is there.
    private struct Page: Sendable {
        private(set) var keys: [Key] = []
        /// LIMIT: at most as many addresses as begin alike, which for IPv4 are 256.
        private(set) var counts: [UInt16] = []

        mutating func append(_ key: Key, _ count: Int32) {
            guard count > 0 else { return }
            keys.append(key)
            counts.append(UInt16(clamping: count))
        }

        mutating func append(_ other: Page, _ range: Range<Int>) {
            keys += other.keys[range]
            counts += other.counts[range]
        }

        /// The page after changes, which are sorted.
        func changed(by changes: ArraySlice<Change>) -> Page {
            var page = Page()
            page.keys.reserveCapacity(keys.count + changes.count)
            page.counts.reserveCapacity(keys.count + changes.count)
            var rest = changes
            for (key, count) in zip(keys, counts) {
                while let change = rest.first, change.key < key {
                    page.append(change.key, change.difference)
                    rest.removeFirst()
                }
                var count = Int32(count)
                if let change = rest.first, change.key == key {
                    count += change.difference
                    rest.removeFirst()
                }
                page.append(key, count)
            }
            for change in rest { page.append(change.key, change.difference) }
            return page
        }
    }

    private var pages: [Page] = []
    /// The first key of each page.
    private var firsts: [Key] = []

    /// The least key that is not below `bound`.
    func first(atLeast bound: Key) -> Key? {
        // The page before the first that begins behind the bound may hold it.
        let behind = firsts.partitioningIndex { $0 >= bound }
        if behind > 0 {
            let keys = pages[behind - 1].keys
            let place = keys.partitioningIndex { $0 >= bound }
            if place < keys.count { return keys[place] }
        }
        return behind < pages.count ? firsts[behind] : nil
    }

    /// All keys, in order, each once.
    var keys: [Key] { pages.flatMap(\.keys) }

    /// Takes out keys that are there, and adds others, each as often as it is in the list.
    mutating func apply(removing gone: [Key], adding come: [Key]) {
        let changes = Self.changes(gone, come)
        // From behind, so that the numbers of the pages in front stay right.
        var end = changes.count
        while end > 0 {
            let last = changes[end - 1].key
            let page = max(0, firsts.partitioningIndex { $0 > last } - 1)
            var start = page == 0 ? 0 : end - 1
            while start > 0, changes[start - 1].key >= firsts[page] { start -= 1 }
            let before = page < pages.count ? pages[page] : Page()
            replace(page, with: before.changed(by: changes[start..<end]))
            end = start
        }
    }

    /// What changes in the end, sorted.
    private static func changes(_ gone: [Key], _ come: [Key]) -> [Change] {
        var sorted = gone.map { Change(key: $0, difference: -1) }
        sorted += come.map { Change(key: $0, difference: 1) }
        sorted.sort { $0.key < $1.key }
        var changes: [Change] = []
        for change in sorted {
            if let last = changes.last, last.key == change.key {
                changes[changes.count - 1].difference += change.difference
            } else {
                changes.append(change)
            }
        }
        return changes.filter { $0.difference != 0 }
    }

    /// Puts another in the place of a page, with the next one where it is small.
    private mutating func replace(_ number: Int, with page: Page) {
        var range = number..<min(number + 1, pages.count)
        var page = page
        if page.keys.count < Self.minimumPageCount, number + 1 < pages.count {
            page.append(pages[number + 1], pages[number + 1].keys.indices)
            range = number..<(number + 2)
        }
        let parts = Self.parted(page)
        pages.replaceSubrange(range, with: parts)
        firsts.replaceSubrange(range, with: parts.map { $0.keys[0] })
    }

    /// What a page holds in pages that are not too large, none of them empty.
    private static func parted(_ page: Page) -> [Page] {
        let count = page.keys.count
        guard count > maximumPageCount else { return count == 0 ? [] : [page] }
        let size = maximumPageCount / 2
        return stride(from: 0, to: count, by: size).map { start in
            var part = Page()
            part.append(page, start..<min(start + size, count))
            return part
        }
    }
}
