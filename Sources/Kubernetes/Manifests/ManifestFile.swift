// SPDX-License-Identifier: Apache-2.0

import Files
import YAML

/// One object as a file gave it, now or when that part of the file was last right.
struct ManifestForm: Hashable, Sendable {
    /// Which object it is; nil when it has no name.
    let key: ObjectKey?
    let objects: [ClusterObject]
    let position: YAMLPosition
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
    static let empty = ManifestContent([])

    /// One form, and whether it is of use only because a newer one is wrong.
    struct Claim: Sendable {
        let form: ManifestForm
        let isKept: Bool
    }

    let units: [ManifestUnit]
    /// The forms of all units, in their order.
    let claims: [Claim]
    let mistakes: [ManifestMistake]
    /// How many of the claims are kept ones.
    let keptCount: Int
    let objectCount: Int

    init(_ units: [ManifestUnit]) {
        self.units = units
        claims = units.flatMap { unit in
            unit.forms.map { Claim(form: $0, isKept: unit.isBroken) }
        }
        mistakes = units.flatMap(\.mistakes)
        keptCount = claims.count { $0.isKept }
        objectCount = claims.reduce(0) { $0 + $1.form.objects.count }
    }

    /// The objects that must be of one document only, as often as they are claimed.
    var keys: [ObjectKey] {
        claims.compactMap { claim in
            guard let key = claim.form.key, ObjectDecoder.isOfUse(key) else { return nil }
            return key
        }
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
    }

    /// What `bytes` hold, with the last good form of each document that is wrong now.
    convenience init(
        path: String,
        version: FileVersion?,
        bytes: [UInt8],
        previous: ManifestFile?
    ) {
        let decoded = DecodedObject.all(in: bytes, of: path)
        let units = LastGoodForms(decoded, previous: previous?.content.units ?? []).units
        self.init(path: path, version: version, content: ManifestContent(units))
    }

    /// What `previous` held, for a file that cannot be read now because of `error`.
    convenience init(path: String, keeping previous: ManifestFile?, because error: FileError) {
        let content = previous?.content ?? .empty
        let isSaid = !error.isPassing && !content.units.isEmpty
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

    /// How many of its claims are on older forms, but for those that lost their object.
    func keptCount(without losers: Set<Int>?) -> Int {
        guard let losers else { return isKept ? content.claims.count : content.keptCount }
        return content.claims.indices.count { index in
            !losers.contains(index) && (isKept || content.claims[index].isKept)
        }
    }
}
