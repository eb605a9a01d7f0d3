// SPDX-License-Identifier: Apache-2.0

import YAML

/// What the reader makes of `text`, one line a document: its values, or its mistake.
func outline(
    _ text: String,
    maximumByteCount: Int = YAMLReader.maximumByteCount,
    maximumNodeCount: Int = YAMLReader.maximumNodeCount
) -> [String] {
    outline(
        Array(text.utf8),
        maximumByteCount: maximumByteCount,
        maximumNodeCount: maximumNodeCount
    )
}

/// The same for bytes that may be no text.
func outline(
    _ bytes: [UInt8],
    maximumByteCount: Int = YAMLReader.maximumByteCount,
    maximumNodeCount: Int = YAMLReader.maximumNodeCount
) -> [String] {
    var reader = YAMLReader(
        bytes,
        maximumByteCount: maximumByteCount,
        maximumNodeCount: maximumNodeCount
    )
    var lines: [String] = []
    while let document = reader.next() {
        switch document {
        case .success(let root): lines.append(outline(root))
        case .failure(let error): lines.append(error.description)
        }
    }
    return lines
}

/// A node in one line, strings quoted.
func outline(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let scalar):
        switch scalar.value {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let text): text
        case .string(let text): "'\(text)'"
        }
    case .sequence(let items):
        "[" + items.map(outline).joined(separator: ", ") + "]"
    case .mapping(let pairs):
        "{" + pairs.map { "\($0.key): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
}
