// SPDX-License-Identifier: Apache-2.0

import YAML

/// What was made of the value that was read last in some place of an object, so that the same is
/// not read again of the next object: Pods of one workload differ in their names and addresses only.
///
/// Only what nothing was wrong with is remembered, so that each mistake is told where it is.
final class Remembered<Value> {
    private var text = YAMLFingerprint()
    private var value: Value?

    /// What was made of a value that said the same; nil for any other.
    func value(of node: YAMLNode) -> Value? {
        text.take(node) ? value : nil
    }

    /// Remembers what was made of the value that was asked for last; nil for none.
    func keep(_ value: Value?) { self.value = value }
}

/// What is remembered of the objects of one file.
final class RememberedParts {
    let labels = Remembered<[String: String]>()
    let owner = Remembered<Owner?>()
    let containers = Remembered<ContainerSummary>()
    let ports = Remembered<[EndpointPort]>()
}

/// What is of use of the containers of a Pod.
struct ContainerSummary {
    /// How many containers run all the time.
    var count = 0
    var ports: [ContainerPort] = []
}

extension ObjectDecoder {
    /// What `read` makes of a field, or what it made of the last one where that said the same.
    ///
    /// `read` must depend on nothing but that field.
    mutating func remembered<Value>(
        _ memory: Remembered<Value>,
        _ name: String,
        in fields: Fields,
        _ read: (inout ObjectDecoder) -> Value
    ) -> Value {
        guard let node = fields[name] else { return read(&self) }
        if let value = memory.value(of: node) { return value }
        let value = read(&self)
        memory.keep(reader.mistakes.isEmpty ? value : nil)
        return value
    }
}
