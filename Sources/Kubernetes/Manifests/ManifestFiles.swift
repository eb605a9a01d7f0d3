// SPDX-License-Identifier: Apache-2.0

/// The files of a set in their order, in pages that lists share as far as they are the same.
///
/// Exchanging a file copies its page and the list of pages, so the cost of a change hardly depends
/// on how many files there are.
struct ManifestFiles: Sendable, Sequence {
    /// How many files a page has at first; one of twice as many is cut in two.
    private static let pageCount = 64

    /// Some files that follow each other, and what of them is asked for without looking at each.
    private final class Page: Sendable {
        let files: [ManifestFile]
        /// Whether nothing is to be told of any of them.
        let areSound: Bool
        /// How many claims of theirs are on older forms.
        let keptCount: Int
        /// Whether something is wrong in one of them.
        let isFlawed: Bool
        /// Those that are to be read again soon.
        let unsettled: [String]
        /// Those that could not be read.
        let unread: [String]

        /// `areSound`: that they are is known, so that they need not be looked at.
        init(_ files: some Sequence<ManifestFile>, areSound: Bool = false) {
            self.files = Array(files)
            let others = areSound ? [] : self.files.filter { !$0.isSound }
            self.areSound = others.isEmpty
            keptCount = others.reduce(0) { $0 + $1.keptCount(without: nil) }
            isFlawed = others.contains { $0.fault != nil || !$0.content.mistakes.isEmpty }
            unsettled = others.filter(\.isUnsettled).map(\.path)
            unread = others.filter { $0.version == nil && $0.fault != nil }.map(\.path)
        }
    }

    /// The page and the index in it of one file.
    private struct Place {
        var page: Int
        var index: Int
    }

    /// None of them is empty.
    private var pages: [Page] = []

    init() {}

    /// These files; pages of `previous` that hold the same ones in the same order are shared.
    init(_ files: [ManifestFile], sharing previous: ManifestFiles = ManifestFiles()) {
        var known: [ObjectIdentifier: Page] = [:]
        for page in previous.pages { known[ObjectIdentifier(page.files[0])] = page }
        var start = 0
        var index = 0
        while index < files.count {
            let page = known[ObjectIdentifier(files[index])]
            let end = index + (page?.files.count ?? 1)
            let isSame = page.map { page in
                end <= files.count && zip(page.files, files[index...]).allSatisfy { $0 === $1 }
            }
            if let page, isSame == true {
                if start < index { pages.append(Page(files[start..<index])) }
                pages.append(page)
                start = end
                index = end
                continue
            }
            index += 1
            if index - start == Self.pageCount || index == files.count {
                pages.append(Page(files[start..<index]))
                start = index
            }
        }
    }

    /// The files of several lists, one behind the other.
    init(joining lists: [ManifestFiles]) { pages = lists.flatMap(\.pages) }

    var count: Int { pages.reduce(0) { $0 + $1.files.count } }

    func makeIterator() -> some IteratorProtocol<ManifestFile> {
        pages.lazy.flatMap(\.files).makeIterator()
    }

    /// How many claims of all files are on older forms.
    var keptCount: Int { pages.reduce(0) { $0 + $1.keptCount } }

    /// The files to be read again soon.
    var unsettled: [String] { pages.flatMap(\.unsettled) }

    /// The files that could not be read when they were last looked at, whatever the reason.
    var unread: [String] { pages.flatMap(\.unread) }

    /// The files in which something is wrong, and some beside them.
    var flawed: some Sequence<ManifestFile> { pages.lazy.filter(\.isFlawed).flatMap(\.files) }
}

extension ManifestFiles {
    // MARK: One file among others in the order of a walk

    /// The file at a path; the list must be in the order of a walk, as for all that follows.
    subscript(path: String) -> ManifestFile? {
        let place = place(of: path)
        guard place.page < pages.count else { return nil }
        let files = pages[place.page].files
        return place.index < files.count && files[place.index].path == path
            ? files[place.index] : nil
    }

    /// Puts a file in its place, instead of the one that was there, if any.
    mutating func put(_ file: ManifestFile) {
        let place = place(of: file.path)
        guard place.page < pages.count else {
            pages.append(Page([file]))
            return
        }
        var files = pages[place.page].files
        let areSound = pages[place.page].areSound && file.isSound
        if place.index < files.count, files[place.index].path == file.path {
            files[place.index] = file
        } else {
            files.insert(file, at: place.index)
        }
        guard files.count >= 2 * Self.pageCount else {
            pages[place.page] = Page(files, areSound: areSound)
            return
        }
        let halves = [files[..<Self.pageCount], files[Self.pageCount...]].map {
            Page($0, areSound: areSound)
        }
        pages.replaceSubrange(place.page...place.page, with: halves)
    }

    /// Takes the file at a path out.
    mutating func remove(_ path: String) {
        let place = place(of: path)
        guard place.page < pages.count else { return }
        var files = pages[place.page].files
        guard place.index < files.count, files[place.index].path == path else { return }
        files.remove(at: place.index)
        if files.isEmpty {
            pages.remove(at: place.page)
        } else {
            pages[place.page] = Page(files, areSound: pages[place.page].areSound)
        }
    }

    /// Where a file is, or where it would be put.
    private func place(of path: String) -> Place {
        // The last page that does not begin behind the path.
        let later = pages.partitioningIndex { Self.precedes(path, $0.files[0].path) }
        let page = Swift.max(0, later - 1)
        guard page < pages.count else { return Place(page: 0, index: 0) }
        let index = pages[page].files.partitioningIndex { !Self.precedes($0.path, path) }
        return Place(page: page, index: index)
    }

    /// Whether a walk comes to `left` before `right`: it goes by the names in each folder.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (leftBytes, rightBytes) = (left.utf8, right.utf8)
        let (first, second) = (leftBytes.span, rightBytes.span)
        let count = Swift.min(first.count, second.count)
        var start = 0
        while start < count, first[start] == second[start] { start &+= 1 }
        // Back to where the names begin that differ.
        while start > 0, first[start &- 1] != UInt8(ascii: "/") { start &-= 1 }
        return name(in: left, from: start) < name(in: right, from: start)
    }

    /// What stands in a path from the byte at `start` to the next slash.
    private static func name(in path: String, from start: Int) -> Substring {
        let bytes = path.utf8
        let span = bytes.span
        var end = start
        while end < span.count, span[end] != UInt8(ascii: "/") { end &+= 1 }
        return Substring(bytes.dropFirst(start).prefix(end &- start))
    }
}

extension ManifestFiles {
    /// The files of either list in pages that the other does not have, in order.
    static func differing(
        _ old: ManifestFiles,
        _ new: ManifestFiles
    ) -> (old: [ManifestFile], new: [ManifestFile]) {
        var numbers: [ObjectIdentifier: Int] = [:]
        for (number, page) in old.pages.enumerated() { numbers[ObjectIdentifier(page)] = number }
        var gone: [ManifestFile] = []
        var come: [ManifestFile] = []
        var next = 0
        for page in new.pages {
            if let number = numbers[ObjectIdentifier(page)], number >= next {
                for other in old.pages[next..<number] { gone.join(other.files) }
                next = number + 1
            } else {
                come.join(page.files)
            }
        }
        for other in old.pages[next...] { gone.join(other.files) }
        return (gone, come)
    }
}

extension Array {
    /// Appends elements; the first to come are not copied, and mostly there are no others.
    fileprivate mutating func join(_ elements: [Element]) {
        if isEmpty { self = elements } else { self += elements }
    }
}
