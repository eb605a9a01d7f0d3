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
    let identity: FileIdentity?
    let units: [ManifestUnit]
    /// Whether it changed while it was read.
    let isUnsettled: Bool
    /// Why the file itself could not be read, though earlier versions may have been.
    let fault: ManifestMistake?

    /// What `bytes` hold, with the last good form of each document that is wrong now.
    init(path: String, identity: FileIdentity?, bytes: [UInt8], previous: ManifestFile?) {
        self.path = path
        self.identity = identity
        fault = nil
        isUnsettled = false
        let decoded = DecodedObject.all(in: bytes, of: path)
        units = LastGoodForms(decoded, previous: previous?.units ?? []).units
    }

    /// What `previous` held, for a file that cannot be read now because of `error`.
    init(path: String, keeping previous: ManifestFile?, because error: FileError) {
        self.path = path
        identity = nil
        units = previous?.units ?? []
        isUnsettled = error.reason == .unsettled
        fault = ManifestMistake(
            file: path,
            position: nil,
            // The path comes first in both texts.
            String(error.description.dropFirst(error.path.count + 2)),
            isWarning: isUnsettled
        )
    }
}
