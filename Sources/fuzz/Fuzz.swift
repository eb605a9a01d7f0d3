// SPDX-License-Identifier: Apache-2.0

import Corefile
import Kubernetes
import Plugin
import Plugins
import Posix
import Wire

/// What the fuzzer throws bytes at; chosen by the variable `APUS_FUZZ_TARGET`.
enum FuzzTarget: String {
    case message
    case corefile
    /// A master file, and the answers from its zone.
    case zone
    /// Manifests, and the answers from their cluster.
    case manifest

    /// The target of this process.
    static let chosen = FuzzTarget(rawValue: Process.environment["APUS_FUZZ_TARGET"] ?? "")

    /// Lets the parser have the bytes; nothing they hold may trap it.
    func take(_ bytes: [UInt8]) {
        switch self {
        case .message: Self.takeMessage(bytes)
        case .corefile: _ = try? Corefile(parsing: bytes, file: "Corefile")
        case .zone: Self.takeZone(bytes)
        case .manifest: Self.takeManifest(bytes)
        }
    }

    /// Takes one input of the fuzzer; 0 says that it may be kept.
    static func takeInput(_ bytes: UnsafeBufferPointer<UInt8>) -> CInt {
        guard let chosen else { Process.exit(2) }
        unsafe chosen.take(Array(bytes))
        return 0
    }

    private static let cluster = Cluster([])

    /// A message: the look ahead, the gate, the whole parser, and what was parsed written again.
    private static func takeMessage(_ bytes: [UInt8]) {
        cluster.prefetchMemory(for: bytes.span)
        var refusal: Refusal?
        _ = Query(judging: bytes.span, refused: &refusal)
        guard let message = try? Message(parsing: bytes.span),
            let written = try? message.encoded()
        else { return }
        guard let again = try? Message(parsing: written.span) else {
            preconditionFailure("what was written does not parse")
        }
        precondition(again.questions == message.questions, "the question changed")
        precondition(again.answers == message.answers, "an answer changed")
    }

    private static let zoneStanzas = FuzzedPlugin.stanzas("file zone fuzz")
    private static let manifestStanzas = FuzzedPlugin.stanzas(
        "kubernetes fuzz 192.0.2.0/24 {\n manifests fuzz.yaml\n pods verified\n}"
    )

    /// A zone, read with small limits: a line of `$GENERATE` is short, and its records many.
    private static func takeZone(_ bytes: [UInt8]) {
        guard let origin = try? Name("fuzz.") else { return }
        var limits = MasterLimits()
        limits.maximumRecordCount = 1_000
        limits.maximumFileCount = 4
        let files = SingleFile(path: "zone", bytes: bytes)
        let zone = ZoneFile("zone", origin: origin, files: files, limits: limits)
        // A zone with mistakes is not served; reading it again would have other limits.
        guard zone.zone != nil else { return }
        let kept = ["file: \(origin) zone": zone]
        FuzzedPlugin.take(File.self, zoneStanzas, files, previous: kept)
    }

    private static func takeManifest(_ bytes: [UInt8]) {
        let files = SingleFile(path: "fuzz.yaml", bytes: bytes)
        FuzzedPlugin.take(Plugins.Kubernetes.self, manifestStanzas, files)
    }
}
