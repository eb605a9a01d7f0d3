// SPDX-License-Identifier: Apache-2.0

import YAML

extension ObjectDecoder {
    /// Reads a LabelSelector, which holds requirements in two forms; nil when one is wrong.
    mutating func labelSelector(_ fields: Fields) -> LabelSelector? {
        let before = reader.refusalCount
        reader.checkNames(of: fields, known: KnownFields.labelSelector)
        var requirements: [LabelSelector.Requirement] = []
        for (key, value) in reader.labels("matchLabels", in: fields) {
            requirements.append(.isOneOf(key: key, values: [value]))
        }
        for element in reader.elements("matchExpressions", in: fields) {
            if let requirement = requirement(element) { requirements.append(requirement) }
        }
        return reader.refusalCount == before ? LabelSelector(requirements) : nil
    }

    private mutating func requirement(_ fields: Fields) -> LabelSelector.Requirement? {
        reader.checkNames(of: fields, known: KnownFields.selectorRequirement)
        let key = reader.requiredName("key", in: fields, .labelKey, "the key of a label")
        let words = "In, NotIn, Exists or DoesNotExist"
        let word = reader.requiredName("operator", in: fields, nil, words)
        var values: Set<String> = []
        for item in reader.items("values", in: fields) {
            guard let value = reader.string(item) else { continue }
            if !NameRule.labelValue.allows(value) {
                reader.invalid(item, mustBe: NameRule.labelValue.wanted)
            }
            values.insert(value)
        }
        guard let key, let word else { return nil }
        switch word {
        case "In", "NotIn":
            if fields["values"]?.items?.isEmpty ?? true {
                let reason = "must be specified when `operator` is 'In' or 'NotIn'"
                reader.required("values", in: fields, reason)
            }
            return word == "In"
                ? .isOneOf(key: key, values: values) : .isNoneOf(key: key, values: values)
        case "Exists", "DoesNotExist":
            if !(fields["values"]?.items?.isEmpty ?? true) {
                let reason = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                reader.forbid("values", in: fields, reason)
            }
            return word == "Exists" ? .exists(key: key) : .isMissing(key: key)
        default:
            guard let node = fields["operator"] else { return nil }
            reader.invalid(node, because: "not a valid selector operator: use \(words)")
            return nil
        }
    }

    /// Refuses a workload whose selector does not select its own template.
    mutating func check(
        _ selector: LabelSelector,
        selects labels: [String: String],
        _ spec: Fields
    ) {
        guard !selector.selects(labels), let template = spec["template"] else { return }
        let sorted = labels.sorted { $0.key < $1.key }
        let pairs = sorted.map { "\(FieldReader.quoted($0.key)):\(FieldReader.quoted($0.value))" }
        let shown = FieldReader.shortened("{\(pairs.joined(separator: ","))}")
        let place = template["metadata"]?["labels"] ?? template["metadata"] ?? template
        let path = reader.path(of: template)
        reader.refuse(
            "\(path).metadata.labels: Invalid value: \(shown): `selector` does not match template "
                + "`labels`",
            at: place.position
        )
    }
}
