// SPDX-License-Identifier: Apache-2.0

import YAML

/// Reads one object of a manifest, whatever its kind.
struct ObjectDecoder {
    /// The kinds that the registry has a use for, and the versions of each, today's first.
    private static let versions = [
        "Service": ["v1"], "Pod": ["v1"], "Namespace": ["v1"], "Endpoints": ["v1"],
        "Node": ["v1"], "Job": ["batch/v1"],
        "EndpointSlice": ["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"],
        "Deployment": ["apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"],
        "ReplicaSet": ["apps/v1", "apps/v1beta2", "extensions/v1beta1"],
        "StatefulSet": ["apps/v1", "apps/v1beta1", "apps/v1beta2"],
        "DaemonSet": ["apps/v1", "apps/v1beta2", "extensions/v1beta1"],
    ]
    /// Of these, the kinds that live in no namespace.
    private static let clusterKinds: Set<String> = ["Namespace", "Node"]

    let file: String
    var reader: FieldReader
    let parts: RememberedParts

    /// A decoder of `object` in a file; `path`: what leads to it, such as `items[0]` in a List.
    ///
    /// `parts`: what is remembered of the objects before it.
    init(file: String, object: YAMLNode, path: String = "", remembering parts: RememberedParts) {
        self.file = file
        self.parts = parts
        reader = FieldReader(file: file, object: object, objectPath: path)
    }

    /// Reads the object at `node`, or each item of the List that it is.
    ///
    /// An item of a typed List may leave out its `kind` and `version`, which are then handed in;
    /// `depth` says in how many Lists it lies.
    func decode(
        kind: String? = nil,
        version: String? = nil,
        depth: Int = 0,
        into found: inout [DecodedObject]
    ) {
        var decoder = self
        let node = reader.object
        guard let fields = Fields(node) else {
            let what = FieldReader.shown(node)
            decoder.reader.refuse(
                "\(what) where an object should be: a mapping with apiVersion, kind and metadata",
                at: node.position
            )
            found.append(decoder.result(at: node.position, key: nil, []))
            return
        }
        let ownVersion = decoder.reader.string("apiVersion", in: fields) ?? version
        let ownKind = decoder.reader.string("kind", in: fields) ?? kind
        guard let ownVersion, let ownKind, !ownVersion.isEmpty, !ownKind.isEmpty else {
            if !decoder.reader.isBroken {
                let name = ownVersion?.isEmpty ?? true ? "apiVersion" : "kind"
                let example = name == "kind" ? "such as Service" : "such as v1"
                decoder.reader.required(name, in: fields, example)
            }
            found.append(decoder.result(at: fields.position, key: nil, []))
            return
        }
        if ownKind.hasSuffix("List"), fields["items"] != nil {
            decoder.decodeItems(
                of: fields,
                kind: ownKind,
                version: ownVersion,
                depth: depth,
                into: &found
            )
        } else {
            found.append(decoder.object(fields, kind: ownKind, version: ownVersion))
        }
    }

    /// Reads the items of a List, each for itself.
    private mutating func decodeItems(
        of list: Fields,
        kind: String,
        version: String,
        depth: Int,
        into found: inout [DecodedObject]
    ) {
        guard depth < DecodedObject.maximumListDepth else {
            let limit = DecodedObject.maximumListDepth
            reader.refuse("Lists nested more than \(limit) deep; flatten them", at: list.position)
            found.append(result(at: list.position, key: nil, []))
            return
        }
        _ = reader.items("items", in: list)
        if !reader.mistakes.isEmpty { found.append(result(at: list.position, key: nil, [])) }
        let itemKind = kind == "List" ? nil : String(kind.dropLast("List".count))
        let path = reader.path(of: list.node, to: "items")
        guard let items = list["items"]?.items else { return }
        for (index, item) in items.enumerated() where !item.isNull {
            ObjectDecoder(
                file: file,
                object: item,
                path: "\(path)[\(index)]",
                remembering: parts
            ).decode(
                kind: itemKind,
                version: itemKind == nil ? nil : version,
                depth: depth + 1,
                into: &found
            )
        }
    }

    /// Reads an object of which the kind is known.
    private mutating func object(
        _ fields: Fields,
        kind: String,
        version: String
    ) -> DecodedObject {
        reader.kind = kind
        guard let versions = Self.versions[kind], !Self.isForeign(version) else {
            return other(fields, kind: kind, version: version)
        }
        if !versions.contains(version) {
            let path = reader.path(of: fields.node, to: "apiVersion")
            reader.refuse(
                "\(path): Invalid value: \(FieldReader.quoted(version)): must be \(versions[0])",
                at: fields["apiVersion"]?.position ?? fields.position
            )
        }
        let rule: NameRule =
            switch kind {
            case "Service": .label1035
            // The names of its Pods are host names.
            case "Namespace", "StatefulSet": .label1123
            default: .subdomain1123
            }
        let isNamespaced = !Self.clusterKinds.contains(kind)
        let metadata = metadata(in: fields, rule, isNamespaced: isNamespaced)
        let objects: [ClusterObject] =
            switch kind {
            case "Service": [.service(service(fields, metadata))]
            case "EndpointSlice": [.endpointSlice(endpointSlice(fields, metadata))]
            case "Endpoints": endpoints(fields, metadata)
            case "Pod": [.pod(pod(fields, metadata))]
            case "Node": [.node(node(fields, metadata))]
            case "Namespace": [.namespace(namespace(fields, metadata))]
            default: workload(fields, metadata, kind: kind, version: version)
            }
        let isKnown = !metadata.name.isEmpty
        let key = ObjectKey(kind: kind, namespace: metadata.namespace, name: metadata.name)
        return result(at: fields.position, key: isKnown ? key : nil, objects)
    }

    /// Whether a version belongs to somebody else's group, who may have kinds of the same name.
    private static func isForeign(_ version: String) -> Bool {
        guard let slash = version.utf8.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let group = version.utf8[..<slash]
        let own = ".k8s.io".utf8
        return group.contains(UInt8(ascii: ".")) && !group.suffix(own.count).elementsEqual(own)
    }

    private func result(
        at position: YAMLPosition,
        key: ObjectKey?,
        _ objects: [ClusterObject]
    ) -> DecodedObject {
        DecodedObject(
            position: position,
            key: key,
            objects: objects,
            mistakes: reader.mistakes,
            isBroken: reader.isBroken
        )
    }

    /// The objects of a workload's document.
    private mutating func workload(
        _ fields: Fields,
        _ metadata: Metadata,
        kind: String,
        version: String
    ) -> [ClusterObject] {
        guard let kind = Workload.Kind(kind) else { return [] }
        return [.workload(workload(kind, fields, metadata, version: version))]
    }

    private mutating func namespace(_ fields: Fields, _ metadata: Metadata) -> Namespace {
        reader.checkNames(of: fields, known: KnownFields.namespace)
        return Namespace(metadata: metadata)
    }
}

extension ObjectDecoder {
    /// Reads an object of a kind without a use here: where it lives.
    private mutating func other(
        _ fields: Fields,
        kind: String,
        version: String
    ) -> DecodedObject {
        // What is of no use here cannot be wrong here: only texts that are texts are taken.
        var metadata = Metadata(name: "", namespace: "")
        if KnownFields.namespacedKinds.contains(kind) { metadata.namespace = "default" }
        if let given = fields["metadata"] {
            if case .string(let name) = given["name"]?.scalar?.value { metadata.name = name }
            if case .string(let namespace) = given["namespace"]?.scalar?.value,
                NameRule.label1123.allows(namespace)
            {
                metadata.namespace = namespace
            }
        }
        let group = version.firstIndex(of: "/").map { "." + version[..<$0] } ?? ""
        let key = ObjectKey(
            kind: kind + group,
            namespace: metadata.namespace,
            name: metadata.name
        )
        return result(
            at: fields.position,
            key: metadata.name.isEmpty ? nil : key,
            [.other(kind: kind, metadata)]
        )
    }
}
