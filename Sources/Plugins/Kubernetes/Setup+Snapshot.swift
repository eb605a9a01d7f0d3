// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Kubernetes
import Plugin
import Wire

extension Setup {
    /// At the start, the cluster as the file of `snapshot` kept it; the objects are to be read soon.
    ///
    /// Nil when there is none, or the file is of no use, and at any other time.
    mutating func storedEdition(_ settings: KubernetesSettings) -> ClusterEdition? {
        let key = editionKey(settings)
        guard let word = settings.snapshot, !isCheck, previous[key] == nil else { return nil }
        let path = resolve(word.text)
        let snapshot: ClusterSnapshot
        do {
            let bytes = try files.read(path, maximumByteCount: ClusterSnapshot.maximumByteCount)
            snapshot = try ClusterSnapshot(bytes, fingerprint: settings.fingerprint)
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
            registry: ClusterRegistry(settings.cluster),
            cluster: snapshot.cluster,
            serial: snapshot.serial,
            isVerified: false
        )
        kept[key] = edition
        isUnsettled = true
        return edition
    }

    /// Has a cluster that was made of objects kept in the file of `snapshot`.
    mutating func keepSnapshot(of edition: ClusterEdition, _ settings: KubernetesSettings) {
        guard let word = settings.snapshot, let store else { return }
        let path = resolve(word.text)
        let key = "kubernetes: snapshot \(path)"
        let keeper =
            previous(key, as: SnapshotKeeper.self) ?? SnapshotKeeper(path, in: store, log: log)
        kept[key] = keeper
        let fingerprint = settings.fingerprint
        whenServing.append { keeper.offer(edition, fingerprint: fingerprint) }
        chores.append(Chore { now, isLast in keeper.run(now, isLast: isLast) })
    }
}
