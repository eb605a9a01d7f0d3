// SPDX-License-Identifier: Apache-2.0

import YAML

/// Reads one object of a manifest, whatever its kind.
struct ObjectDecoder {
    /// The kinds that the registry has a use for, and the version that each belongs to.
    private static let versions = [
        "Service": "v1", "Pod": "v1", "Namespace": "v1", "Endpoints": "v1",
        "EndpointSlice": "discovery.k8s.io/v1",
    ]

    let file: String
    var reader: FieldReader

    /// A decoder of `object` in a file; `path`: what leads to it, such as `items[0]` in a List.
    init(file: String, object: YAMLNode, path: String = "") {
        self.file = file
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
            ObjectDecoder(file: file, object: item, path: "\(path)[\(index)]").decode(
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
        let name = fields["metadata"].flatMap { $0["name"]?.scalar?.text } ?? ""
        reader.subject = name.isEmpty ? kind : "\(kind) \(FieldReader.quoted(name))"
        guard let wanted = Self.versions[kind], !Self.isForeign(version) else {
            return other(fields, kind: kind, version: version)
        }
        if version != wanted, !(kind == "EndpointSlice" && version == wanted + "beta1") {
            let path = reader.path(of: fields.node, to: "apiVersion")
            reader.refuse(
                "\(path): Invalid value: \(FieldReader.quoted(version)): must be \(wanted)",
                at: fields["apiVersion"]?.position ?? fields.position
            )
        }
        let rule: NameRule =
            switch kind {
            case "Service": .label1035
            case "Namespace": .label1123
            default: .subdomain1123
            }
        let metadata = metadata(in: fields, rule, isNamespaced: kind != "Namespace")
        let objects: [ClusterObject] =
            switch kind {
            case "Service": [.service(service(fields, metadata))]
            case "EndpointSlice": [.endpointSlice(endpointSlice(fields, metadata))]
            case "Endpoints": endpoints(fields, metadata)
            case "Pod": [.pod(pod(fields, metadata))]
            default: [.namespace(namespace(fields, metadata))]
            }
        let isKnown = !metadata.name.isEmpty
        let key = ObjectKey(kind: kind, namespace: metadata.namespace, name: metadata.name)
        return result(at: fields.position, key: isKnown ? key : nil, objects)
    }

    /// Whether a version belongs to somebody else's group, who may have kinds of the same name.
    private static func isForeign(_ version: String) -> Bool {
        guard let slash = version.firstIndex(of: "/") else { return false }
        let group = version[..<slash]
        return group.contains(".") && !group.hasSuffix(".k8s.io")
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

    private mutating func namespace(_ fields: Fields, _ metadata: Metadata) -> Namespace {
        reader.checkNames(of: fields, known: KnownFields.namespace)
        return Namespace(metadata: metadata)
    }
}

extension ObjectDecoder {
    /// Reads `metadata`; the name is empty when there is no valid one.
    private mutating func metadata(
        in object: Fields,
        _ rule: NameRule,
        isNamespaced: Bool
    ) -> Metadata {
        var metadata = Metadata(name: "", namespace: isNamespaced ? "default" : "")
        guard let fields = reader.fields("metadata", in: object) else {
            if object["metadata"] == nil {
                reader.required("metadata", in: object, "a mapping with a name")
            }
            return metadata
        }
        reader.checkNames(of: fields, known: KnownFields.metadata)
        if let name = reader.name("name", in: fields, rule) {
            metadata.name = name
        } else if fields["name"]?.scalar?.text.isEmpty ?? true {
            reader.required("name", in: fields, "such as 'my-name'")
        }
        let namespace = reader.name("namespace", in: fields, .label1123)
        if let namespace, isNamespaced { metadata.namespace = namespace }
        metadata.labels = reader.texts("labels", in: fields)
        // Nobody here asks for annotations, but what is wrong in them is said.
        _ = reader.texts("annotations", in: fields)
        return metadata
    }

    /// Reads an object of a kind without a use here: where it lives, and what is misspelt in it.
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
        if let known = KnownFields.workloadSpecs[kind] { checkWorkload(fields, known) }
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

    /// Warns of misspelt fields in what makes Pods.
    private mutating func checkWorkload(_ object: Fields, _ known: [String]) {
        reader.checkNames(of: object, known: KnownFields.object)
        reader.checkNames(of: inner("metadata", object), known: KnownFields.metadata)
        guard let spec = inner("spec", object) else { return }
        reader.checkNames(of: spec, known: known)
        guard let template = inner("template", spec) else { return }
        reader.checkNames(of: template, known: ["metadata", "spec"])
        reader.checkNames(of: inner("metadata", template), known: KnownFields.metadata)
        guard let pod = inner("spec", template) else { return }
        reader.checkNames(of: pod, known: KnownFields.podSpec)
    }

    /// The fields of a field, if it has any.
    private func inner(_ name: String, _ parent: Fields) -> Fields? {
        parent[name].flatMap { Fields($0) }
    }
}
