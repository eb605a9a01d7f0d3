// SPDX-License-Identifier: Apache-2.0

import YAML

extension ObjectDecoder {
    /// The annotation that says whether a Pod is ready: `"true"` or `"false"`.
    static let readyAnnotation = "apus.dev/ready"

    /// Reads `metadata`; the name is empty when there is no valid one.
    mutating func metadata(
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
        metadata.name = reader.requiredName("name", in: fields, rule, "such as 'my-name'") ?? ""
        let namespace = reader.name("namespace", in: fields, .label1123)
        if let namespace, isNamespaced { metadata.namespace = namespace }
        metadata.labels = remembered(parts.labels, "labels", in: fields) {
            $0.reader.labels("labels", in: fields)
        }
        // What we ask for in annotations is read where it belongs.
        _ = reader.annotations(in: fields)
        metadata.createdSeconds = createdSeconds(fields)
        return metadata
    }

    /// `creationTimestamp`, which a dump of a living cluster has; 0 where there is none.
    private mutating func createdSeconds(_ metadata: Fields) -> UInt32 {
        guard let node = metadata["creationTimestamp"], let text = reader.string(node) else {
            return 0
        }
        guard let seconds = Timestamp.seconds(text) else {
            reader.invalid(node, mustBe: "a time (such as 2022-05-14T06:07:39Z)")
            return 0
        }
        return UInt32(clamping: seconds)
    }

    /// Who made an object: the owner that controls it, else the first; nil where nobody did.
    mutating func owner(of object: Fields) -> Owner? {
        guard let metadata = object["metadata"].flatMap({ Fields($0) }) else { return nil }
        return remembered(parts.owner, "ownerReferences", in: metadata) { $0.readOwner(metadata) }
    }

    private mutating func readOwner(_ metadata: Fields) -> Owner? {
        var owner: Owner?
        var isControlled = false
        for fields in reader.elements("ownerReferences", in: metadata) {
            reader.checkNames(of: fields, known: KnownFields.ownerReference)
            let kind = reader.requiredName("kind", in: fields, nil, "such as ReplicaSet")
            let name = reader.requiredName("name", in: fields, nil, "such as 'my-name'")
            let controls = reader.boolean("controller", in: fields) ?? false
            if controls, isControlled, let node = fields["controller"] {
                reader.invalid(node, because: "only one owner can be the controller")
            }
            if owner == nil || controls, !isControlled, let kind, let name {
                owner = Owner(kind: kind, name: name)
            }
            isControlled = isControlled || controls
        }
        return owner
    }

    /// What the annotation `apus.dev/ready` says; nil where it does not stand.
    mutating func readiness(in metadata: Fields?) -> Bool? {
        guard let annotations = metadata?["annotations"],
            let node = annotations[Self.readyAnnotation],
            case .string(let text) = node.scalar?.value
        else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            let path = "\(reader.path(of: annotations))[\(Self.readyAnnotation)]"
            reader.invalid(node, at: path, mustBe: "\"true\" or \"false\"")
            return nil
        }
    }
}
