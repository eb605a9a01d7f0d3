// SPDX-License-Identifier: Apache-2.0

import Wire

/// The names of made Pods: as controllers make them, but the same on every machine.
enum PodNames {
    /// How many characters tell one Pod from the others of its workload.
    private static let suffixCount = 5
    /// How many characters tell one template from another.
    private static let templateCount = 9
    /// The longest name in front of what is made up and its dash, as the API server cuts it, in
    /// bytes.
    private static let maximumStartByteCount = 57
    /// Characters of which no words are made, as Kubernetes has them.
    private static let characters = Array("bcdfghjklmnpqrstvwxz2456789")

    /// The ReplicaSet that a Deployment has for a template.
    static func replicaSet(of name: String, _ templateHash: UInt64) -> String {
        "\(name)-\(template(templateHash))"
    }

    /// What tells a template from another: the label `pod-template-hash`.
    static func template(_ hash: UInt64) -> String { text(of: hash, count: templateCount) }

    /// A name that begins like `base`, which nobody among `taken` has; it is added to them.
    static func name(_ base: String, _ hash: UInt64, _ taken: inout Set<String>) -> String {
        let start = start(of: base)
        var hash = hash
        while true {
            let name = "\(start)-\(text(of: hash, count: suffixCount))"
            if taken.insert(name).inserted { return name }
            hash = hash &* 0x9E37_79B9_7F4A_7C15 &+ 1
        }
    }

    /// What Pods' names keep of that of an object, as a key; nil when that is all of it.
    static func cut(_ key: ObjectKey) -> ObjectKey? {
        guard key.name.utf8.count > maximumStartByteCount else { return nil }
        return ObjectKey(kind: key.kind, namespace: key.namespace, name: start(of: key.name))
    }

    private static func start(of base: String) -> String {
        String(decoding: base.utf8.prefix(maximumStartByteCount), as: UTF8.self)
    }

    private static func text(of hash: UInt64, count: Int) -> String {
        var rest = hash
        var text = ""
        for _ in 0..<count {
            text.append(characters[Int(rest % UInt64(characters.count))])
            rest /= UInt64(characters.count)
        }
        return text
    }
}

/// A hash of some texts, none of which holds a zero; the same in every process.
func hashTexts(_ texts: String...) -> UInt64 {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count + 1 })
    for text in texts {
        bytes += text.utf8
        bytes.append(0)
    }
    return hashBytes(bytes.span)
}
