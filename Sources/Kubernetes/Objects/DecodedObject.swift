// SPDX-License-Identifier: Apache-2.0

import YAML

/// What one document, or one item of a List, turned out to be.
package struct DecodedObject: Hashable, Sendable {
    /// The deepest nesting of a List in a List.
    package static let maximumListDepth = 4

    /// Where it begins.
    package let position: YAMLPosition
    /// Which object it is; nil when even that cannot be read.
    package let key: ObjectKey?
    /// What the registry gets from it: usually one, for Endpoints one a subset; none when broken.
    package let objects: [ClusterObject]
    package let mistakes: [ManifestMistake]
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
        self.key = key
        self.objects = isBroken ? [] : objects
        self.mistakes = mistakes
        self.isBroken = isBroken
    }

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
    package static func all(in bytes: [UInt8], of file: String) -> [DecodedObject] {
        var documents = YAMLReader(bytes)
        var found: [DecodedObject] = []
        while let document = documents.next() {
            switch document {
            case .failure(let error): found.append(DecodedObject(error, in: file))
            case .success(let root) where root.isNull: continue
            case .success(let root): found += all(in: root, of: file)
            }
        }
        return found
    }

    /// The object that a document's `root` is, or the items of the List that it is.
    package static func all(in root: YAMLNode, of file: String) -> [DecodedObject] {
        var found: [DecodedObject] = []
        ObjectDecoder(file: file).decode(root, path: "", into: &found)
        return found
    }
}
