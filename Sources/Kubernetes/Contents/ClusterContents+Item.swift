// SPDX-License-Identifier: Apache-2.0

import YAML

extension ClusterContents {
    /// Where an object is written.
    package struct Place: Hashable, Sendable {
        package let file: String
        package let position: YAMLPosition
    }

    /// One object, and where it is written.
    ///
    /// The object is made when it is asked for: of a hundred thousand, most are only sorted and
    /// shown.
    package struct Item: Sendable {
        /// Where the object comes from.
        private enum Source: Sendable {
            case object(ClusterObject)
            /// The only one of a document, with what it was given.
            case stored(StoredObject, Holding?)
        }

        /// What copies share: an object has many parts, each of them counted, and there are many.
        private final class Content: Sendable {
            let source: Source
            let place: Place
            let namespace: String
            let name: String

            init(_ source: Source, _ place: Place, namespace: String, name: String) {
                self.source = source
                self.place = place
                self.namespace = namespace
                self.name = name
            }
        }

        private let content: Content

        init(_ object: ClusterObject, at place: Place) {
            let metadata = object.metadata
            content = Content(
                .object(object),
                place,
                namespace: metadata.namespace,
                name: metadata.name
            )
        }

        /// The only object of a document, of which the head is read.
        init(_ stored: StoredObject, _ head: ObjectReader.Head, at place: Place) {
            content = Content(
                .stored(stored, nil),
                place,
                namespace: head.namespace,
                name: head.name
            )
        }

        /// The Service of another item, as it is in use.
        init(_ other: Item, as use: Provision.Use) {
            content = Content(
                .stored(use.object, use.holding),
                other.place,
                namespace: other.namespace,
                name: other.name
            )
        }

        /// A Service that no manifest has.
        init?(writtenNowhere use: Provision.Use) {
            guard let key = use.object.serviceKey else { return nil }
            content = Content(
                .stored(use.object, use.holding),
                Place.nowhere,
                namespace: key.namespace,
                name: key.name
            )
        }

        package var namespace: String { content.namespace }
        package var name: String { content.name }
        package var place: Place { content.place }
        package var file: String { content.place.file }
        package var position: YAMLPosition { content.place.position }

        /// The object, made anew.
        package var object: ClusterObject { object(withLabels: true) }

        /// The object's own, made anew.
        package var metadata: Metadata { object.metadata }

        /// The object, made anew; without labels and selectors where these are not looked at.
        package func object(withLabels: Bool) -> ClusterObject {
            switch content.source {
            case .object(let object): return object
            case .stored(let stored, let holding):
                let object = stored.firstObject(withLabels: withLabels)
                guard let holding, case .service(var service) = object else { return object }
                holding.fill(&service)
                return .service(service)
            }
        }

        /// The document that it stands in; nil where it is none, or one of many objects.
        var stored: StoredObject? {
            if case .stored(let stored, _) = content.source { stored } else { nil }
        }

        func isOrdered(before other: Item) -> Bool {
            let (left, right) = (content, other.content)
            return left.namespace == right.namespace
                ? left.name < right.name : left.namespace < right.namespace
        }
    }
}

extension ClusterContents.Place {
    /// The place of what no manifest has.
    static let nowhere = ClusterContents.Place(
        file: "",
        position: YAMLPosition(line: 0, column: 0)
    )
}
