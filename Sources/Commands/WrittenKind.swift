// SPDX-License-Identifier: Apache-2.0

/// A kind of object as manifests have it, known by what kubectl calls it.
struct WrittenKind: Hashable, Sendable {
    /// The name in manifests.
    let kind: String
    /// What comes behind the plural in names of objects: empty for the core group.
    let group: String
    let plural: String
    let short: [String]
    let isNamespaced: Bool

    init(
        _ kind: String,
        _ plural: String,
        _ short: [String] = [],
        group: String = "",
        isNamespaced: Bool = true
    ) {
        self.kind = kind
        self.group = group
        self.plural = plural
        self.short = short
        self.isNamespaced = isNamespaced
    }

    /// All that can be written, whether or not it can be asked for.
    static let all =
        ResourceKind.allCases.map(\.names) + [WrittenKind("ConfigMap", "configmaps", ["cm"])]

    /// The name of the kind in front of an object's name: `deployment.apps`.
    var prefix: String {
        let singular = kind.lowercased()
        return group.isEmpty ? singular : "\(singular).\(group)"
    }

    /// The plural with its group, as messages have it: `deployments.apps`.
    var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The kind with its group, as some messages have it: `StatefulSet.apps`.
    var kindAndGroup: String { group.isEmpty ? kind : "\(kind).\(group)" }

    /// What manifests say behind `apiVersion`.
    var version: String { group.isEmpty ? "v1" : "\(group)/v1" }

    /// Whether this is one of its names, in any case.
    func isCalled(_ name: some StringProtocol) -> Bool {
        let text = name.lowercased()
        return [plural, kind.lowercased(), qualified, prefix].contains(text)
            || short.contains(text)
    }

    /// The kind with this name, in any case.
    static func named(_ name: some StringProtocol) throws(CommandMistake) -> WrittenKind {
        guard let found = all.first(where: { $0.isCalled(name) }) else {
            throw CommandMistake("error: the server doesn't have a resource type \"\(name)\"")
        }
        return found
    }

    /// Reads `KIND NAME` or `KIND/NAME`; `usage`: what is said where that is not there.
    static func object(
        _ words: [String],
        usage: String
    ) throws(CommandMistake) -> (kind: WrittenKind, name: String) {
        let parts =
            words.count == 1
            ? words[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            : words
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.contains("/") }) else {
            throw CommandMistake("error: one object is wanted, as in '\(usage)'")
        }
        return (try named(parts[0]), parts[1])
    }
}
