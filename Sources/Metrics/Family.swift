// SPDX-License-Identifier: Apache-2.0

/// What all series of one name have in common.
///
/// A name or label that Prometheus would refuse is a mistake of ours, not of a user, and traps.
package struct Family: Sendable, Equatable {
    /// What the numbers of a family mean.
    package enum Kind: Sendable, Equatable {
        case counter
        case gauge
        case histogram(Scale)
    }

    /// The whole name, as the page shows it.
    package let name: String
    /// One sentence for people.
    package let help: String
    package let kind: Kind
    /// The names of the labels, in the order in which their values are given.
    package let labels: [String]

    /// A family of counters; the name ends in `_total`.
    package static func counter(_ name: String, help: String, labels: [String] = []) -> Family {
        precondition(name.hasSuffix("_total"), "the name of a counter ends in _total")
        return Family(name, help, .counter, labels)
    }

    /// A family of gauges.
    package static func gauge(_ name: String, help: String, labels: [String] = []) -> Family {
        Family(name, help, .gauge, labels)
    }

    /// A family of histograms; the name ends in the base unit that the page shows.
    package static func histogram(
        _ name: String,
        help: String,
        labels: [String] = [],
        scale: Scale
    ) -> Family {
        let suffix = scale.unit == .nanoseconds ? "_seconds" : "_bytes"
        precondition(name.hasSuffix(suffix), "the name of a histogram ends in its unit")
        precondition(!labels.contains("le"), "the label le belongs to the buckets")
        return Family(name, help, .histogram(scale), labels)
    }

    private init(_ name: String, _ help: String, _ kind: Kind, _ labels: [String]) {
        precondition(Self.isName(name), "the name of a metric is [a-zA-Z_][a-zA-Z0-9_]*")
        precondition(labels.allSatisfy(Self.isLabelName), "a label is [a-zA-Z_][a-zA-Z0-9_]*")
        precondition(Set(labels).count == labels.count, "no label is named twice")
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
    }

    /// Whether Prometheus takes `text` as the name of a metric; we leave out its colon, which is
    /// meant for recording rules.
    package static func isName(_ text: String) -> Bool {
        var isFirst = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"):
                break
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFirst { return false }
            default:
                return false
            }
            isFirst = false
        }
        return !isFirst
    }

    /// Whether Prometheus takes `text` as the name of a label of ours.
    package static func isLabelName(_ text: String) -> Bool {
        isName(text) && !text.hasPrefix("__")
    }
}
