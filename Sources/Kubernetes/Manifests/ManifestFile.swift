// SPDX-License-Identifier: Apache-2.0

import Files
import YAML

/// A place in a file, in half the room of a `YAMLPosition`; the limit of a file's size is far below
/// what does not fit.
struct ManifestPlace: Hashable, Sendable {
    private let line: UInt32
    private let column: UInt32

    init(_ position: YAMLPosition) {
        line = UInt32(clamping: position.line)
        column = UInt32(clamping: position.column)
    }

    var position: YAMLPosition { YAMLPosition(line: Int(line), column: Int(column)) }
}

/// What one document says, now or when that part of the file was last right.
struct ManifestForm: Hashable, Sendable {
    let object: StoredObject
    fileprivate let place: ManifestPlace

    init(_ object: StoredObject, at position: YAMLPosition) {
        self.init(object, at: ManifestPlace(position))
    }

    fileprivate init(_ object: StoredObject, at place: ManifestPlace) {
        self.object = object
        self.place = place
    }

    var position: YAMLPosition { place.position }
}

/// One document of a file, or one item of a List in it.
struct ManifestUnit: Sendable {
    let position: YAMLPosition
    /// What it says; when it is broken, what was said in its place when that was last right.
    let forms: [ManifestForm]
    let mistakes: [ManifestMistake]
    let isBroken: Bool
}

/// What one version of a file says.
///
/// All sets in which the file has not changed share it, so that an unchanged file is known by
/// comparing references, and none of its objects is looked at.
final class ManifestContent: Sendable {
    static let empty = ManifestContent([], sharing: nil)

    /// A document of which more is to be told than its only form.
    private struct UnusualUnit {
        /// How many documents stand before it.
        let number: Int
        let position: YAMLPosition
        let formCount: Int
        let mistakeCount: Int
        let isBroken: Bool
    }

    /// What all documents say, in their order; Pods that are alike are one object (`PodRun`).
    let objects: [StoredObject]
    /// Where each document's form stands, in their order.
    let places: [ManifestPlace]
    /// The indices of the forms that are of use only because a newer one is wrong.
    let kept: Set<Int>
    let mistakes: [ManifestMistake]
    /// Whether there was no document in it, not even a wrong one.
    var hasNoDocuments: Bool { places.isEmpty && unusual.isEmpty }
    /// Whether no form holds an object.
    let isEmpty: Bool
    private let unusual: [UnusualUnit]

    /// Holds what the documents say; what is as in `previous` shares its memory.
    init(_ units: [ManifestUnit], sharing previous: ManifestContent?) {
        var packer = PodRun.Packer()
        var places: [ManifestPlace] = []
        places.reserveCapacity(units.reduce(0) { $0 + $1.forms.count })
        var kept: Set<Int> = []
        var unusual: [UnusualUnit] = []
        for (number, unit) in units.enumerated() {
            if unit.isBroken { kept.formUnion(places.count..<(places.count + unit.forms.count)) }
            for form in unit.forms {
                packer.add(form.object, isAlone: unit.isBroken)
                places.append(form.place)
            }
            if !unit.isBroken, unit.mistakes.isEmpty, unit.forms.count == 1 { continue }
            unusual.append(
                UnusualUnit(
                    number: number,
                    position: unit.position,
                    formCount: unit.forms.count,
                    mistakeCount: unit.mistakes.count,
                    isBroken: unit.isBroken
                )
            )
        }
        var sharing = SharedObjects(previous?.objects ?? [])
        objects = packer.finish().map { sharing.object(like: $0) }
        // What changed moves nothing where it takes as many lines as before.
        self.places = previous.map { $0.places == places ? $0.places : places } ?? places
        self.kept = kept
        self.unusual = unusual
        mistakes = units.flatMap(\.mistakes)
        isEmpty = objects.allSatisfy { $0.objectCount == 0 }
    }

    /// The forms of all documents, in their order, put together anew.
    var forms: [ManifestForm] {
        var forms: [ManifestForm] = []
        forms.reserveCapacity(places.count)
        for object in objects {
            for document in object.documents {
                forms.append(ManifestForm(document, at: places[forms.count]))
            }
        }
        return forms
    }

    /// The objects without the forms of these indices.
    func objects(without losers: Set<Int>?) -> [StoredObject] {
        guard let losers, !losers.isEmpty else { return objects }
        var left: [StoredObject] = []
        visit(without: losers) { object, _ in left.append(object) }
        return left
    }

    /// Calls `body` with each object and the places of its documents, without the forms of these
    /// indices: of a run that has any of them, the documents that are left come one by one.
    func visit(
        without losers: Set<Int>,
        _ body: (StoredObject, ArraySlice<ManifestPlace>) -> Void
    ) {
        var first = 0
        for object in objects {
            let numbers = first..<(first + object.documentCount)
            first = numbers.upperBound
            if losers.isDisjoint(with: numbers) {
                body(object, places[numbers])
                continue
            }
            for (number, document) in zip(numbers, object.documents)
            where !losers.contains(number) {
                body(document, places[number...number])
            }
        }
    }

    /// The documents, put together anew.
    var units: [ManifestUnit] {
        var units: [ManifestUnit] = []
        var formsLeft = forms[...]
        var mistakesLeft = mistakes[...]
        for unit in unusual {
            let usual = formsLeft.prefix(unit.number - units.count)
            units += usual.map(Self.usualUnit)
            formsLeft = formsLeft.dropFirst(usual.count)
            units.append(
                ManifestUnit(
                    position: unit.position,
                    forms: Array(formsLeft.prefix(unit.formCount)),
                    mistakes: Array(mistakesLeft.prefix(unit.mistakeCount)),
                    isBroken: unit.isBroken
                )
            )
            formsLeft = formsLeft.dropFirst(unit.formCount)
            mistakesLeft = mistakesLeft.dropFirst(unit.mistakeCount)
        }
        return units + formsLeft.map(Self.usualUnit)
    }

    private static func usualUnit(_ form: ManifestForm) -> ManifestUnit {
        ManifestUnit(position: form.position, forms: [form], mistakes: [], isBroken: false)
    }
}

/// Finds the objects of a file's last version again, so that both versions share them.
///
/// A file in which little changed costs little more as long as both versions are held.
private struct SharedObjects {
    private let objects: [StoredObject]
    /// Where the next object is likely to be.
    private var next = 0
    /// The indices of the objects, by their hashes; made when one is not where it was expected.
    private var indices: [UInt64: Int]?

    init(_ objects: [StoredObject]) { self.objects = objects }

    /// An equal object, in the memory of the last version if it is there.
    mutating func object(like object: StoredObject) -> StoredObject {
        guard !objects.isEmpty else { return object }
        if next >= objects.count || objects[next] != object {
            if indices == nil {
                indices = [:]
                for (index, object) in objects.enumerated() {
                    indices?[object.contentHash] = index
                }
            }
            // What is new stands in the place of something, or between two.
            guard let index = indices?[object.contentHash], objects[index] == object else {
                return object
            }
            next = index
        }
        next += 1
        return objects[next - 1]
    }
}

/// What one file holds, and which version of it that is.
final class ManifestFile: Sendable {
    let path: String
    /// The version that was read; nil when it must be read again whatever its identity.
    let version: FileVersion?
    let content: ManifestContent
    /// Whether it is to be read again soon, even if nobody touches it.
    let isUnsettled: Bool
    /// Why the file itself could not be read, though earlier versions may have been.
    let fault: ManifestMistake?
    /// Whether all that it holds is from before.
    let isKept: Bool
    /// Whether nothing more is to be told of it than what it holds: nothing is wrong, or from
    /// before, or to be read again.
    let isSound: Bool

    private init(
        path: String,
        version: FileVersion?,
        content: ManifestContent,
        isUnsettled: Bool = false,
        fault: ManifestMistake? = nil,
        isKept: Bool = false
    ) {
        self.path = path
        self.version = version
        self.content = content
        self.isUnsettled = isUnsettled
        self.fault = fault
        self.isKept = isKept
        isSound =
            fault == nil && !isUnsettled && !isKept && content.mistakes.isEmpty
            && content.kept.isEmpty
    }

    /// What `bytes` hold, with the last good form of each document that is wrong now.
    ///
    /// `known`: the forms of documents in the files before.
    convenience init(
        path: String,
        version: FileVersion?,
        bytes: [UInt8],
        previous: ManifestFile?,
        knowing known: KnownForms? = nil
    ) {
        let decoded = DecodedObject.all(in: bytes, of: path, knowing: known)
        let units = LastGoodForms(decoded, previous: previous?.content).units
        let content = ManifestContent(units, sharing: previous?.content)
        self.init(path: path, version: version, content: content)
    }

    /// What `previous` held, for a file that cannot be read now because of `error`.
    convenience init(path: String, keeping previous: ManifestFile?, because error: FileError) {
        let content = previous?.content ?? .empty
        let isSaid = !error.isPassing && !content.hasNoDocuments
        self.init(
            path: path,
            version: nil,
            content: content,
            isUnsettled: error.isPassing,
            fault: ManifestMistake(
                file: path,
                position: nil,
                isSaid ? error.text + ManifestRoot.keeping : error.text,
                isWarning: error.isPassing
            ),
            isKept: true
        )
    }

    /// The same content, known to be of another version.
    func known(as version: FileVersion) -> ManifestFile {
        guard version != self.version else { return self }
        return ManifestFile(
            path: path,
            version: version,
            content: content,
            isUnsettled: isUnsettled,
            fault: fault,
            isKept: isKept
        )
    }

    /// What it held, for a time in which it is not reached.
    func unreached() -> ManifestFile {
        ManifestFile(
            path: path,
            version: nil,
            content: content,
            isUnsettled: isUnsettled,
            isKept: true
        )
    }

    /// How many of its forms are older ones, but for those that lost their object.
    func keptCount(without losers: Set<Int>?) -> Int {
        guard let losers else { return isKept ? content.places.count : content.kept.count }
        return isKept
            ? content.places.indices.count { !losers.contains($0) }
            : content.kept.subtracting(losers).count
    }
}
