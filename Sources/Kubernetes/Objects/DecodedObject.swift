// SPDX-License-Identifier: Apache-2.0

import YAML

/// What one document, or one item of a List, turned out to be.
package struct DecodedObject: Hashable, Sendable {
    /// The deepest nesting of a List in a List.
    package static let maximumListDepth = 4
    /// The most documents and items of Lists that are read from one file.
    package static let maximumCount = 1_000_000
    /// The most mistakes that are told of one file.
    package static let maximumMistakeCount = 1_000

    /// Where it begins.
    package let position: YAMLPosition
    /// What the registry gets from it, packed.
    package let stored: StoredObject
    package private(set) var mistakes: [ManifestMistake]
    /// Whether a mistake keeps it from being used.
    package let isBroken: Bool

    package init(
        position: YAMLPosition,
        key: ObjectKey?,
        objects: [ClusterObject],
        mistakes: [ManifestMistake],
        isBroken: Bool
    ) {
        self.position = position
        stored = StoredObject(key: key, objects: isBroken ? [] : objects)
        self.mistakes = mistakes
        self.isBroken = isBroken
    }

    /// Which object it is; nil when even that cannot be read.
    package var key: ObjectKey? { stored.key }

    /// What the registry gets from it: usually one, for Endpoints one a subset; none when broken.
    package var objects: [ClusterObject] { stored.objects }

    /// What a file holds that could not be read as YAML.
    init(_ error: YAMLError, in file: String) {
        self.init(
            position: error.position,
            key: nil,
            objects: [],
            mistakes: [ManifestMistake(file: file, position: error.position, error.mistake)],
            isBroken: true
        )
    }

    /// The objects of every document in a file's `bytes`; empty documents count for nothing.
    ///
    /// `known`: the forms of documents in other files; tests hand in smaller limits.
    package static func all(
        in bytes: [UInt8],
        of file: String,
        knowing known: KnownForms? = nil,
        maximumCount: Int = DecodedObject.maximumCount,
        maximumMistakeCount: Int = DecodedObject.maximumMistakeCount
    ) -> [DecodedObject] {
        var documents = YAMLReader(bytes, knowing: known)
        let parts = RememberedParts()
        var found: [DecodedObject] = []
        var mistakesLeft = maximumMistakeCount
        while let document = documents.next() {
            let first = found.count
            switch document {
            case .failure(let error):
                found.append(DecodedObject(error, in: file))
            case .success(let root) where root.isNull:
                continue
            case .success(let root):
                ObjectDecoder(file: file, object: root, remembering: parts).decode(into: &found)
            }
            for index in first..<found.count where !found[index].mistakes.isEmpty {
                found[index].mistakes = Array(found[index].mistakes.prefix(mistakesLeft))
                mistakesLeft -= found[index].mistakes.count
            }
            if found.count > maximumCount {
                let place = found[maximumCount].position
                found.removeLast(found.count - maximumCount)
                let mistake = "more than \(maximumCount) objects in one file; split it"
                found.append(DecodedObject(YAMLError(at: place, mistake), in: file))
                return found
            }
        }
        return found
    }
}
