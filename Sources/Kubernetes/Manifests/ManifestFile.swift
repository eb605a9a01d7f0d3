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

/// What one file holds, and which version of it that is.
struct ManifestFile: Sendable {
    let path: String
    /// The version that was read; nil when it must be read again whatever its identity.
    private(set) var version: FileVersion?
    let units: [ManifestUnit]
    /// Whether it is to be read again soon, even if nobody touches it.
    let isUnsettled: Bool
    /// Why the file itself could not be read, though earlier versions may have been.
    private(set) var fault: ManifestMistake?
    /// Whether all that it holds is from before.
    private(set) var isKept: Bool

    /// What `bytes` hold, with the last good form of each document that is wrong now.
    init(path: String, version: FileVersion?, bytes: [UInt8], previous: ManifestFile?) {
        self.path = path
        self.version = version
        fault = nil
        isUnsettled = false
        isKept = false
        let decoded = DecodedObject.all(in: bytes, of: path)
        units = LastGoodForms(decoded, previous: previous?.units ?? []).units
    }

    /// What `previous` held, for a file that cannot be read now because of `error`.
    init(path: String, keeping previous: ManifestFile?, because error: FileError) {
        self.path = path
        version = nil
        units = previous?.units ?? []
        isUnsettled = error.isPassing
        isKept = true
        let isSaid = !isUnsettled && !units.isEmpty
        fault = ManifestMistake(
            file: path,
            position: nil,
            isSaid ? error.text + ManifestRoot.keeping : error.text,
            isWarning: isUnsettled
        )
    }

    /// The same content, known to be of another version.
    func known(as version: FileVersion) -> ManifestFile {
        var file = self
        file.version = version
        return file
    }

    /// What it held, for a time in which it is not reached; `fault` says why, if anything does.
    func unreached(because fault: ManifestMistake? = nil) -> ManifestFile {
        var file = self
        file.version = nil
        file.isKept = true
        file.fault = fault
        return file
    }
}
