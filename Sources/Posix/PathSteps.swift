// SPDX-License-Identifier: Apache-2.0

/// The way that the system takes from the first folder of a path to what it leads to.
///
/// Whatever is at the end can be replaced by a change at any step: the file itself, a symbolic
/// link to it, a folder or a link to a folder on the way, as when a mounted ConfigMap changes.
struct PathSteps: Equatable {
    /// The most symbolic links of one path, as in the system.
    static let maximumLinkCount = 40
    /// The most steps of one path.
    static let maximumStepCount = 512

    /// One look for a name in a folder.
    struct Step: Hashable {
        /// The folder, by a path without links.
        let folder: String
        let name: String
    }

    /// The looks in their order.
    private(set) var steps: [Step] = []
    /// The end of the way by a path without links; nil when the last look found nothing, or when
    /// the way is longer than the limits.
    private(set) var end: String?

    /// Goes the way of `path`.
    ///
    /// `lookUp` tells what is under a path without links.
    init(of path: String, lookUp: (String) -> Found) {
        var folder = path.hasPrefix("/") ? "/" : "."
        var names = Self.names(path)
        var linkCount = 0
        // LIMIT: each round makes a step, and those are counted.
        while let name = names.popLast() {
            if name == ".." {
                folder = Self.join(folder, "..")
                continue
            }
            guard steps.count < Self.maximumStepCount else { return }
            steps.append(Step(folder: folder, name: name))
            let next = Self.join(folder, name)
            switch lookUp(next) {
            case .nothing: return
            case .something: folder = next
            case .link(let target):
                linkCount += 1
                guard linkCount <= Self.maximumLinkCount else { return }
                if target.hasPrefix("/") { folder = "/" }
                names += Self.names(target)
            }
        }
        end = folder
    }

    /// What can be found under a path.
    enum Found: Equatable {
        case nothing
        case something
        case link(target: String)
    }

    /// The names of a path, the last one first.
    private static func names(_ path: String) -> [String] {
        path.split(separator: "/").reversed().filter { $0 != "." }.map(String.init)
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
