// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Kubernetes
import Plugin
import Wire

/// Whose cluster a file keeps.
private struct SnapshotOwner {
    let fingerprint: UInt64
    /// Where the Corefile names the file.
    let position: Position
}

extension Setup {
    /// Takes the file of `snapshot` for these settings; others would overwrite what it keeps.
    ///
    /// Server blocks with the same settings have the same cluster, and may share it.
    mutating func takeSnapshot(_ settings: KubernetesSettings) throws(CorefileError) {
        guard let word = settings.snapshot else { return }
        let key = "kubernetes: owner of \(resolve(word.text))"
        let owner = SnapshotOwner(
            fingerprint: fingerprint(of: settings),
            position: word.position
        )
        if let first = held(key, as: SnapshotOwner.self), first.fingerprint != owner.fingerprint {
            throw CorefileError(
                at: word.position,
                "'\(word.text)' is the file of the block at \(first.position), which has other "
                    + "settings; give each a file of its own"
            )
        }
        kept[key] = owner
    }

    /// At the start, the cluster as the file of `snapshot` kept it; the objects are to be read soon.
    ///
    /// Nil when there is none, or the file is of no use, and at any other time.
    mutating func storedEdition(_ settings: KubernetesSettings) -> ClusterEdition? {
        guard let word = settings.snapshot, !isCheck, previous.isEmpty else { return nil }
        let key = editionKey(settings)
        let path = resolve(word.text)
        let snapshot: ClusterSnapshot
        do {
            let bytes = try files.read(path, maximumByteCount: ClusterSnapshot.maximumByteCount)
            snapshot = try ClusterSnapshot(bytes, fingerprint: fingerprint(of: settings))
        } catch let error as FileError {
            // There is none before the first end.
            guard error.reason != .missing else { return nil }
            reports.append(Report("\(error)", isWarning: true))
            return nil
        } catch {
            let text = "\(path): \(error), and is not used; it is written anew"
            reports.append(Report(text, isWarning: true))
            return nil
        }
        let edition = ClusterEdition(
            registry: registry(settings, after: nil),
            cluster: snapshot.cluster,
            serial: snapshot.serial,
            isVerified: false
        )
        kept[key] = edition
        isUnsettled = true
        return edition
    }

    /// What tells these settings from others that give other answers.
    private func fingerprint(of settings: KubernetesSettings) -> UInt64 {
        let paths = settings.manifests.map { resolve($0.text) }
        let text = ([settings.text] + paths).joined(separator: "\n")
        return hashBytes(Array(text.utf8).span)
    }

    /// Has a cluster that was made of objects kept in the file of `snapshot`.
    mutating func keepSnapshot(of edition: ClusterEdition, _ settings: KubernetesSettings) {
        guard let word = settings.snapshot, let store else { return }
        let path = resolve(word.text)
        let key = "kubernetes: snapshot \(path)"
        let keeper =
            held(key, as: SnapshotKeeper.self) ?? previous(key, as: SnapshotKeeper.self)
            ?? SnapshotKeeper(path, in: store, log: log)
        kept[key] = keeper
        let fingerprint = fingerprint(of: settings)
        whenServing.append { keeper.offer(edition, fingerprint: fingerprint) }
        chores.append(Chore { now, isLast in keeper.run(now, isLast: isLast) })
    }
}
