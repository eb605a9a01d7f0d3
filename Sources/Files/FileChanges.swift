// SPDX-License-Identifier: Apache-2.0

/// What is known to have happened to watched files and folders.
///
/// Whoever reads files again may leave out what is not named here, as long as nothing was lost.
package struct FileChanges: Hashable, Sendable {
    /// The most names that are told one by one; what comes on top makes the whole incomplete.
    package static let maximumNameCount = 65_536

    /// Nothing is known, so anything may have changed.
    package static let unknown: FileChanges = {
        var changes = FileChanges()
        changes.isComplete = false
        return changes
    }()

    /// What was seen to happen to a file or folder.
    package enum Sign: Hashable, Sendable {
        /// It was made; what it is to hold may still come.
        case begun
        /// It is as whoever wrote it wants it: written and closed, or moved to its place.
        case whole
        /// It was written and holds nothing: whoever empties a file may fill it in another step.
        case emptied
        /// It was deleted or moved away; something may be about to take its place.
        case gone
        case other
    }

    /// What happened to one file or folder, from the first sign to the last.
    private struct Story: Hashable {
        /// Whether it was not there before.
        let isNew: Bool
        private var last: Sign

        init(_ sign: Sign) {
            isNew = sign == .begun
            last = sign
        }

        /// Whether more is likely to happen in a moment.
        ///
        /// What came and went again, as what is moved over another file does, leaves nothing open.
        var isOpen: Bool {
            switch last {
            case .whole: false
            case .gone: !isNew
            case .begun, .emptied, .other: true
            }
        }

        /// Whether of a watched path itself it is told that it may lead elsewhere.
        var isTurn: Bool { last == .other }

        mutating func append(_ later: Story) {
            // Another mode or time takes nothing from what it holds.
            if later.last != .other || last != .whole { last = later.last }
        }
    }

    /// Whether nothing happened but what is named.
    package private(set) var isComplete = true
    /// What happened to watched paths themselves.
    private var ownStories: [String: Story] = [:]
    /// What happened to names in watched folders, by folder.
    private var stories: [String: [String: Story]] = [:]
    /// How many names were told, some perhaps more than once.
    private var nameCount = 0
    /// How many of all stories are open.
    private var openCount = 0

    /// No change at all.
    package init() {}

    /// The watched paths to which something happened themselves, in whatever they hold.
    package var paths: Set<String> { Set(ownStories.keys) }

    /// The names to which something happened in watched folders, by folder.
    package var names: [String: Set<String>] { stories.mapValues { Set($0.keys) } }

    /// Whether nothing happened, as far as is known.
    package var isEmpty: Bool { isComplete && ownStories.isEmpty && stories.isEmpty }

    /// Whether all of it is as it is to stay, as far as can be told.
    package var isWhole: Bool { isComplete && openCount == 0 }

    /// Whether one thing happened, and no more, after which a file is whole: it was written and
    /// closed where it was, or moved to its place.
    package var isLoneAndWhole: Bool { isWhole && nameCount + ownStories.count == 1 }

    /// The watched paths on which something happened, or in which.
    package var watchedPaths: Set<String> { paths.union(stories.keys) }

    /// Whether a watched path may lead elsewhere than before, which changes all that is behind it.
    package var haveTurns: Bool { ownStories.values.contains(where: \.isTurn) }

    /// Notes that something happened to a watched path itself.
    package mutating func note(_ path: String, _ sign: Sign = .other) {
        openCount += Self.append(Story(sign), to: &ownStories[path])
    }

    /// Notes that something happened to a name in a watched folder.
    package mutating func note(_ name: String, in folder: String, _ sign: Sign = .other) {
        note(name, in: folder, Story(sign))
    }

    private mutating func note(_ name: String, in folder: String, _ story: Story) {
        guard nameCount < Self.maximumNameCount else {
            loseTrack()
            note(folder)
            return
        }
        nameCount += 1
        openCount += Self.append(story, to: &stories[folder, default: [:]][name])
    }

    /// Adds what happened later; how many more stories are open, which may be negative.
    private static func append(_ story: Story, to known: inout Story?) -> Int {
        let wasOpen = known?.isOpen ?? false
        if known == nil { known = story } else { known?.append(story) }
        let isOpen = known?.isOpen ?? false
        return (isOpen ? 1 : 0) - (wasOpen ? 1 : 0)
    }

    /// Notes that something happened of which nobody knows what.
    package mutating func loseTrack() { isComplete = false }

    /// Adds what happened later.
    package mutating func formUnion(_ later: FileChanges) {
        isComplete = isComplete && later.isComplete
        for (path, story) in later.ownStories {
            openCount += Self.append(story, to: &ownStories[path])
        }
        for (folder, names) in later.stories {
            for (name, story) in names { note(name, in: folder, story) }
        }
    }
}
