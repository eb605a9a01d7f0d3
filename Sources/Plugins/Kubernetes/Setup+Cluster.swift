// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Kubernetes
import Plugin
import Wire

/// A cluster, and since when it gives the answers that it gives.
struct ClusterEdition: Sendable {
    let objects: [ClusterObject]
    let options: ClusterOptions
    let cluster: Cluster
    /// The second in which the answers last changed.
    let serial: UInt32
}

extension Setup {
    /// Reads the manifests, with those of the running configuration to fall back on.
    mutating func objects(
        of settings: KubernetesSettings
    ) throws(CorefileError) -> [ClusterObject] {
        let paths = settings.manifests.map { resolve($0.text) }
        let key = "kubernetes: manifests " + paths.joined(separator: " ")
        let set: ManifestSet
        do throws(FileError) {
            set = try ManifestSet.load(
                paths: paths,
                from: files,
                previous: previous(key, as: ManifestSet.self),
                wallSeconds: wallSeconds()
            )
        } catch {
            let place = paths.firstIndex { error.path.hasPrefix($0) } ?? 0
            throw CorefileError(
                at: settings.manifests[place].position,
                "'\(settings.manifests[place].text)' cannot be read: \(error)"
            )
        }
        kept[key] = set
        watched.formUnion(set.folders + set.links)
        if !set.unsettled.isEmpty { isUnsettled = true }
        keptUnits[key] = set.keptCount
        reports += set.recovered.map { Report(soundAgain: $0) }
        for mistake in set.mistakes {
            reports.append(Report(mistake.line, isWarning: mistake.isWarning))
        }
        return set.objects
    }

    /// The cluster of these objects: the running one, as long as it gives the same answers.
    mutating func edition(
        of objects: [ClusterObject],
        _ settings: KubernetesSettings
    ) -> ClusterEdition {
        let zones = settings.zones.map(\.description).joined(separator: " ")
        let key = "kubernetes: cluster \(serverLabel) \(zones)"
        let before = previous(key, as: ClusterEdition.self)
        let edition = edition(of: objects, settings.cluster, before)
        kept[key] = edition
        return edition
    }

    private func edition(
        of objects: [ClusterObject],
        _ options: ClusterOptions,
        _ before: ClusterEdition?
    ) -> ClusterEdition {
        if let before, before.options == options, before.objects == objects { return before }
        let cluster = Cluster(objects, options: options)
        let now = UInt32(truncatingIfNeeded: wallSeconds())
        guard let before else {
            return ClusterEdition(
                objects: objects,
                options: options,
                cluster: cluster,
                serial: objects.isEmpty ? 0 : now
            )
        }
        let isSame = before.cluster.isSame(as: cluster)
        // A clock that was set back must not make a newer serial look older (RFC 1982 §3.2).
        let isLater = before.serial == 0 || Int32(bitPattern: now &- before.serial) > 0
        return ClusterEdition(
            objects: objects,
            options: options,
            cluster: isSame ? before.cluster : cluster,
            serial: isSame ? before.serial : isLater ? now : before.serial &+ 1
        )
    }

    /// The addresses at which the server of this block is reached.
    ///
    /// Those of the Services of which it is an endpoint; else what it is bound to, which for all
    /// addresses means those of the interfaces: no link-local ones, and loopback only alone.
    func nameServers(_ cluster: Cluster) -> [IPAddress] {
        let isAny = addresses.isEmpty || addresses.contains { $0.isUnspecified }
        var locals = addresses.filter { !$0.isUnspecified }
        if isAny {
            let all = interfaces.map(\.address).filter { !$0.isLinkLocal && !$0.isUnspecified }
            let others = all.filter { !$0.isLoopback }
            locals += others.isEmpty ? all : others
        }
        let services = cluster.addresses(ofServicesBehind: locals.filter { !$0.isLoopback })
        var found: [IPAddress] = []
        for address in services.isEmpty ? locals : services where !found.contains(address) {
            found.append(address)
        }
        return Array(found.prefix(Kubernetes.maximumNameServerCount))
    }
}
