// SPDX-License-Identifier: Apache-2.0

import YAML

extension ObjectDecoder {
    /// Reads what has Pods made, by the rules of the API server's validation.
    mutating func workload(
        _ kind: Workload.Kind,
        _ object: Fields,
        _ metadata: Metadata,
        version: String
    ) -> Workload {
        reader.checkNames(of: object, known: KnownFields.object)
        var workload = Workload(metadata: metadata, kind: kind)
        workload.owner = owner(of: object)
        guard let spec = reader.fields("spec", in: object) else {
            if object["spec"] == nil {
                let needs = kind == .job ? "a template" : "selector and template"
                reader.required("spec", in: object, "a mapping with \(needs)")
            }
            return workload
        }
        reader.checkNames(of: spec, known: KnownFields.workloadSpecs[kind.name] ?? [])
        let isSelectorImplied = kind == .job || version.contains("beta")
        let selector = selector(spec, of: kind, isRequired: !isSelectorImplied)
        if let template = podTemplate(spec, of: kind) {
            workload.template = template
            if let selector { check(selector, selects: template.labels, spec) }
        }
        _ = reader.count("minReadySeconds", in: spec)
        _ = reader.count("revisionHistoryLimit", in: spec)
        switch kind {
        case .deployment:
            _ = reader.boolean("paused", in: spec)
            checkProgress(spec)
            checkStrategy("strategy", in: spec, of: kind)
        case .replicaSet:
            break
        case .daemonSet:
            checkStrategy("updateStrategy", in: spec, of: kind)
        case .statefulSet:
            checkStrategy("updateStrategy", in: spec, of: kind)
            readStatefulSet(spec, into: &workload)
        case .job:
            readJob(object, spec, into: &workload)
            return workload
        }
        if kind != .daemonSet {
            workload.podCount = limited(reader.count("replicas", in: spec) ?? 1, "replicas", spec)
        }
        return workload
    }

    /// How many Pods are made where `count` are wanted; says so when it is fewer.
    mutating func limited(_ count: Int, _ name: String, _ spec: Fields) -> Int {
        let limit = Workload.maximumPodCount
        guard count > limit else { return count }
        let path = reader.path(of: spec.node, to: name)
        reader.warn(
            "\(path): \(count) Pods are wanted, the first \(limit) are made",
            at: spec[name]?.position ?? spec.position
        )
        return limit
    }

    /// The selector; nil when it is absent or wrong.
    private mutating func selector(
        _ spec: Fields,
        of kind: Workload.Kind,
        isRequired: Bool
    ) -> LabelSelector? {
        guard let fields = reader.fields("selector", in: spec) else {
            if isRequired, spec["selector"] == nil {
                reader.required("selector", in: spec, "the labels that the template has")
            }
            return nil
        }
        guard let selector = labelSelector(fields) else { return nil }
        if selector.requirements.isEmpty, isRequired {
            let kind = kind.name.lowercased()
            reader.refuse(
                "\(reader.path(of: fields.node)): Invalid value: {}: empty selector is invalid for "
                    + kind,
                at: fields.position
            )
        }
        return selector
    }

    private mutating func readStatefulSet(_ spec: Fields, into workload: inout Workload) {
        workload.serviceName = reader.name("serviceName", in: spec, .label1123) ?? ""
        let policies = ["OrderedReady", "Parallel"]
        _ = reader.choice("podManagementPolicy", in: spec, of: policies)
        if let ordinals = reader.fields("ordinals", in: spec) {
            reader.checkNames(of: ordinals, known: KnownFields.ordinals)
            workload.firstOrdinal = reader.count("start", in: ordinals) ?? 0
        }
        let retention = reader.fields("persistentVolumeClaimRetentionPolicy", in: spec)
        reader.checkNames(of: retention, known: KnownFields.claimRetention)
        for name in KnownFields.claimRetention.all {
            guard let retention else { break }
            _ = reader.choice(name, in: retention, of: ["Retain", "Delete"])
        }
    }
}
