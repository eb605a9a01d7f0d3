// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

/// Reads typed fields out of one object and collects what is wrong with them.
///
/// A field that is wrong reads as if it were absent, so that all mistakes of an object are found
/// at once; an object with a mistake is not used.
struct FieldReader {
    /// The most mistakes that are told of one object.
    static let maximumMistakeCount = 20
    /// The longest text that a mistake repeats, in Unicode scalars.
    static let maximumShownLength = 64

    let file: String
    /// The object that is read, and the path that leads to it: empty for a document itself.
    let object: YAMLNode
    let objectPath: String
    /// The kind of the object; empty until it is known.
    var kind = ""
    private(set) var mistakes: [ManifestMistake] = []
    /// How many mistakes other than warnings were found, told or not.
    private(set) var refusalCount = 0
    /// Whether a mistake other than a warning was found.
    var isBroken: Bool { refusalCount > 0 }

    /// A reader of `object` in a file; `objectPath`: its path, such as `items[0]` in a List.
    init(file: String, object: YAMLNode, objectPath: String) {
        self.file = file
        self.object = object
        self.objectPath = objectPath
    }

    // MARK: Mistakes

    /// Notes that the object cannot be used.
    mutating func refuse(_ text: String, at position: YAMLPosition) {
        refusalCount &+= 1
        note(text, at: position, isWarning: false)
    }

    /// The path of a value in the object as Kubernetes writes it, such as `spec.ports[0]`.
    ///
    /// It is searched for, as it is needed only when something is wrong. Of several ways to one
    /// value, by aliases, the first is told. Empty when enough is told already.
    func path(of node: YAMLNode) -> String {
        // Searching again and again for what nobody is told would take long in a large object.
        guard isTelling else { return "" }
        var path = objectPath
        for step in object.steps(to: node) {
            switch step {
            case .key(let name): path += path.isEmpty ? name : ".\(name)"
            case .index(let index): path += "[\(index)]"
            }
        }
        return path
    }

    /// The path of a field of a mapping, whether it is there or not.
    func path(of node: YAMLNode, to name: String) -> String {
        let path = path(of: node)
        return path.isEmpty ? name : "\(path).\(name)"
    }

    /// Notes what the object can be used in spite of.
    mutating func warn(_ text: String, at position: YAMLPosition) {
        note(text, at: position, isWarning: true)
    }

    /// What is read, such as `Service "web-svc"`; empty until its kind is known.
    private var subject: String {
        let name = Fields(object)?["metadata"].flatMap { $0["name"]?.scalar?.text } ?? ""
        return kind.isEmpty || name.isEmpty ? kind : "\(kind) \(Self.quoted(name))"
    }

    private mutating func note(_ text: String, at position: YAMLPosition, isWarning: Bool) {
        guard isTelling, !isWarning || !isFull else { return }
        // Warnings give way to the reason why an object is not used.
        if isFull { mistakes.removeLast() }
        let subject = subject
        let text = subject.isEmpty ? text : "\(subject): \(text)"
        mistakes.append(
            ManifestMistake(file: file, position: position, text, isWarning: isWarning)
        )
    }

    /// Whether no warning is told any more.
    private var isFull: Bool { mistakes.count >= Self.maximumMistakeCount }

    /// Whether a mistake is still told.
    private var isTelling: Bool { !isFull || mistakes.allSatisfy(\.isWarning) }

    /// Notes a field whose value is not what it must be.
    mutating func invalid(_ node: YAMLNode, mustBe wanted: String) {
        invalid(node, at: path(of: node), mustBe: wanted)
    }

    /// The same with a path of the caller's.
    mutating func invalid(_ node: YAMLNode, at path: String, mustBe wanted: String) {
        let shown = Self.shown(node)
        let hint = Self.hint(node)
        refuse("\(path): Invalid value: \(shown): must be \(wanted)\(hint)", at: node.position)
    }

    /// Notes a field whose value is wrong for a reason that is no rule for values.
    mutating func invalid(_ node: YAMLNode, because reason: String) {
        refuse(
            "\(path(of: node)): Invalid value: \(Self.shown(node)): \(reason)",
            at: node.position
        )
    }

    /// Notes a field that must not be there, if it is.
    mutating func forbid(_ name: String, in parent: Fields, _ reason: String) {
        guard let node = parent[name] else { return }
        refuse("\(path(of: node)): Forbidden: \(reason)", at: node.position)
    }

    /// Notes a value that another one is already.
    mutating func duplicate(_ node: YAMLNode) {
        refuse("\(path(of: node)): Duplicate value: \(Self.shown(node))", at: node.position)
    }

    /// Notes a value that is none of a few words.
    mutating func unsupported(_ node: YAMLNode, _ words: [String]) {
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = "Unsupported value: \(Self.shown(node)): supported values: \(list)"
        refuse("\(path(of: node)): \(text)", at: node.position)
    }

    /// Notes that a list is longer than it may be, if it is.
    mutating func limit(_ name: String, in parent: Fields, to maximum: Int) {
        guard let items = parent[name]?.items, items.count > maximum else { return }
        let path = path(of: parent.node, to: name)
        refuse(
            "\(path): Too many: \(items.count): must have at most \(maximum) items",
            at: items[maximum].position
        )
    }

    /// Notes a field that must be there.
    mutating func required(_ name: String, in fields: Fields, _ reason: String) {
        let path = path(of: fields.node, to: name)
        refuse("\(path): Required value: \(reason)", at: fields.position)
    }

    /// A value as a mistake shows it: quoted when it is a text, and not too long.
    static func shown(_ node: YAMLNode) -> String {
        guard let scalar = node.scalar else { return node.items == nil ? "a mapping" : "a list" }
        if case .string(let text) = scalar.value { return quoted(text) }
        return shortened(scalar.text)
    }

    static func quoted(_ text: String) -> String { "\"\(shortened(text))\"" }

    /// The first characters of a text, with an ellipsis when there are more.
    static func shortened(_ text: String) -> String {
        let head = text.unicodeScalars.prefix(maximumShownLength)
        return head.endIndex == text.endIndex ? text : String(head) + "…"
    }

    /// What probably went wrong with a value, in brackets; empty when there is no guess.
    private static func hint(_ node: YAMLNode) -> String {
        guard let scalar = node.scalar, scalar.isPlain else { return "" }
        if scalar.text.contains(" //") || scalar.text.hasPrefix("//") {
            return " (a YAML comment begins with #)"
        }
        if scalar.text.hasPrefix("<"), scalar.text.hasSuffix(">") {
            return " (put the real value in place of \(shortened(scalar.text)))"
        }
        return ""
    }
}

extension FieldReader {
    // MARK: Shapes

    /// A field that holds fields itself.
    mutating func fields(_ name: String, in parent: Fields) -> Fields? {
        guard let node = parent[name] else { return nil }
        guard let fields = Fields(node) else {
            invalid(node, mustBe: "a mapping")
            return nil
        }
        return fields
    }

    /// The items of a list, null ones left out; empty when there is no list.
    mutating func items(_ name: String, in parent: Fields) -> [YAMLNode] {
        guard let node = parent[name] else { return [] }
        guard let items = node.items else {
            invalid(node, mustBe: "a list (each item on its own line, after '- ')")
            return []
        }
        var found: [YAMLNode] = []
        found.reserveCapacity(items.count)
        for item in items where !item.isNull { found.append(item) }
        return found
    }

    /// The items of a list of mappings.
    mutating func elements(_ name: String, in parent: Fields) -> [Fields] {
        let items = items(name, in: parent)
        var elements: [Fields] = []
        elements.reserveCapacity(items.count)
        for item in items {
            if let fields = Fields(item) {
                elements.append(fields)
            } else {
                invalid(item, mustBe: "a mapping")
            }
        }
        return elements
    }

    // MARK: Values

    /// A text; nil when it is absent.
    mutating func string(_ name: String, in parent: Fields) -> String? {
        guard let node = parent[name] else { return nil }
        return string(node)
    }

    /// A text that must be a text to Kubernetes as well: a bare `80` or `yes` is none.
    mutating func string(_ node: YAMLNode) -> String? {
        if case .string(let text) = node.scalar?.value { return text }
        refuseText(node, at: path(of: node))
        return nil
    }

    /// Notes that a value is no text.
    private mutating func refuseText(_ node: YAMLNode, at path: String) {
        let hint = node.scalar.map { " (in quotes: \(Self.quoted($0.text)))" } ?? ""
        invalid(node, at: path, mustBe: "a string" + hint)
    }

    /// A text that keeps to a rule for names; nil when it is absent or empty.
    mutating func name(_ name: String, in parent: Fields, _ rule: NameRule) -> String? {
        guard let text = string(name, in: parent), !text.isEmpty else { return nil }
        guard !rule.allows(text) else { return text }
        if let node = parent[name] { invalid(node, mustBe: rule.wanted) }
        return nil
    }

    /// A text that must be there, and that keeps to a rule for names if there is one.
    mutating func requiredName(
        _ name: String,
        in parent: Fields,
        _ rule: NameRule?,
        _ reason: String
    ) -> String? {
        if parent.isEmpty(name) {
            required(name, in: parent, reason)
            return nil
        }
        guard let rule else { return string(name, in: parent) }
        return self.name(name, in: parent, rule)
    }

    mutating func boolean(_ name: String, in parent: Fields) -> Bool? {
        guard let node = parent[name] else { return nil }
        if case .boolean(let value) = node.scalar?.value { return value }
        invalid(node, mustBe: "true or false, without quotes")
        return nil
    }

    /// The number of a port: 1 to 65535.
    mutating func port(_ name: String, in parent: Fields) -> UInt16? {
        guard let node = parent[name] else { return nil }
        return port(node)
    }

    /// A whole number.
    mutating func integer(_ node: YAMLNode) -> Int? {
        if case .integer(let number) = node.scalar?.value { return number }
        let isQuoted = node.scalar.map { !$0.isPlain && Int($0.text) != nil } ?? false
        invalid(node, mustBe: isQuoted ? "an integer, without quotes" : "an integer")
        return nil
    }

    mutating func port(_ node: YAMLNode) -> UInt16? {
        guard let number = integer(node) else { return nil }
        guard let port = UInt16(exactly: number), port > 0 else {
            invalid(node, mustBe: "between 1 and 65535")
            return nil
        }
        return port
    }

    /// One of a few words, written exactly so.
    mutating func choice(_ name: String, in parent: Fields, of words: [String]) -> String? {
        guard let text = string(name, in: parent), !text.isEmpty else { return nil }
        guard !words.contains(text) else { return text }
        if let node = parent[name] { unsupported(node, words) }
        return nil
    }

    private static let transports = PortProtocol.allCases.map(\.rawValue)

    /// The transport of a port; TCP when it is not named.
    mutating func transport(in parent: Fields) -> PortProtocol {
        let word = choice("protocol", in: parent, of: Self.transports)
        return word.flatMap(PortProtocol.init(rawValue:)) ?? .tcp
    }

    /// An IPv4 or IPv6 address; nil when it is absent or empty.
    mutating func address(_ node: YAMLNode) -> IPAddress? {
        guard let text = string(node), !text.isEmpty else { return nil }
        if let address = IPAddress(text) { return address }
        invalid(node, mustBe: "a valid IP address (such as 10.9.8.7 or 2001:db8::ffff)")
        return nil
    }

    /// A mapping from texts to texts, such as labels; null values are empty texts.
    mutating func texts(_ name: String, in parent: Fields) -> [String: String] {
        guard let fields = fields(name, in: parent) else { return [:] }
        var texts: [String: String] = [:]
        texts.reserveCapacity(fields.pairs.count)
        for pair in fields.pairs {
            let key = pair.key
            if pair.value.isNull {
                texts[key] = ""
            } else if case .string(let text) = pair.value.scalar?.value {
                texts[key] = text
            } else {
                refuseText(pair.value, at: "\(path(of: fields.node))[\(Self.shortened(key))]")
            }
        }
        return texts
    }

    /// Warns of each field that Kubernetes would not know, with the one that was probably meant.
    mutating func checkNames(of fields: Fields?, known: YAMLNames) {
        guard let fields else { return }
        for pair in fields.pairs.unnamed(in: known) where !isFull {
            let key = pair.key
            let path = path(of: fields.node, to: Self.shortened(key))
            let nearest = Spelling.nearest(to: key, among: known.all)
            let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
            warn("unknown field \"\(path)\"\(hint)", at: pair.keyPosition)
        }
    }
}
