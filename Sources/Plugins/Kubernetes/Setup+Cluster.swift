// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Kubernetes
import Plugin
import Wire

/// A cluster, and since when it gives the answers that it gives.
struct ClusterEdition: Sendable {
    /// What makes the next cluster of this one.
    let registry: ClusterRegistry
    let cluster: Cluster
    /// The second in which the answers last changed.
    let serial: UInt32
    /// Whether it was made of objects that were read; else it is what a file kept.
    var isVerified = true
    /// The files with Services that others stand in the way of.
    var contestedFiles: Set<String> = []
}

/// What a stanza says, in a block with these zones.
///
/// A class, since all configurations of one Corefile hold it.
private final class ReadSettings: Sendable {
    let stanza: Stanza
    let zones: [Name]
    let settings: KubernetesSettings

    init(_ stanza: Stanza, zones: [Name]) throws(CorefileError) {
        self.stanza = stanza
        self.zones = zones
        settings = try KubernetesSettings(parsing: stanza, zones: zones)
    }
}

extension Setup {
    /// What a stanza says; that of the running configuration, as long as it is the same.
    mutating func settings(of stanza: Stanza) throws(CorefileError) -> KubernetesSettings {
        let key = "kubernetes: settings at \(stanza.name.position)"
        if let read = previous(key, as: ReadSettings.self), read.stanza == stanza,
            read.zones == zones
        {
            kept[key] = read
            return read.settings
        }
        let read = try ReadSettings(stanza, zones: zones)
        kept[key] = read
        return read.settings
    }

    /// Reads the manifests, with those of the running configuration to fall back on.
    mutating func objects(
        of settings: KubernetesSettings
    ) throws(CorefileError) -> ManifestSet {
        let paths = settings.manifests.map { resolve($0.text) }
        let key = "kubernetes: manifests " + paths.joined(separator: " ")
        let set: ManifestSet
        do throws(FileError) {
            set = try ManifestSet.load(
                paths: paths,
                from: files,
                workforce: workforce,
                previous: previous(key, as: ManifestSet.self),
                changes: changes,
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
        return set
    }

    /// The cluster of these objects: the running one, as long as it gives the same answers.
    mutating func edition(
        of objects: ManifestSet,
        _ settings: KubernetesSettings
    ) -> ClusterEdition {
        let key = editionKey(settings)
        let before = previous(key, as: ClusterEdition.self)
        var edition = edition(of: objects, settings, before)
        let mistakes = edition.registry.allocationMistakes(in: objects)
        edition.contestedFiles = Set(mistakes.map(\.file))
        report(mistakes, of: objects, since: before)
        keptUnits[key] = edition.registry.keptServiceCount
        kept[key] = edition
        keepState(of: edition.registry, settings)
        keepSnapshot(of: edition, settings)
        return edition
    }

    /// Tells which Services cannot have what they ask for, and of which files that is over.
    private mutating func report(
        _ mistakes: [ManifestMistake],
        of objects: ManifestSet,
        since before: ClusterEdition?
    ) {
        let wrong = Set((mistakes + objects.mistakes).map(\.file))
        let sound = before?.contestedFiles.subtracting(wrong).sorted() ?? []
        reports += sound.map { Report(soundAgain: $0) }
        for mistake in mistakes {
            reports.append(Report(mistake.line, isWarning: mistake.isWarning))
        }
    }

    /// Under which key the running cluster is kept.
    func editionKey(_ settings: KubernetesSettings) -> String {
        "kubernetes: cluster \(serverLabel) \(settings.zones.text)"
    }

    private mutating func edition(
        of objects: ManifestSet,
        _ settings: KubernetesSettings,
        _ before: ClusterEdition?
    ) -> ClusterEdition {
        let now = UInt32(truncatingIfNeeded: wallSeconds())
        guard let before else {
            let registry = registry(settings, after: nil)
            return ClusterEdition(
                registry: registry,
                cluster: registry.cluster(of: objects),
                serial: objects.isEmpty ? 0 : now
            )
        }
        let registry = registry(settings, after: before.registry)
        let cluster = registry.cluster(of: objects)
        if before.cluster.isSame(as: cluster) {
            // What was kept in a file is not kept in memory besides what was read.
            return ClusterEdition(
                registry: registry,
                cluster: before.isVerified ? before.cluster : cluster,
                serial: before.serial
            )
        }
        // A clock that was set back must not make a newer serial look older (RFC 1982 §3.2).
        let isLater = before.serial == 0 || Int32(bitPattern: now &- before.serial) > 0
        return ClusterEdition(
            registry: registry,
            cluster: cluster,
            serial: isLater ? now : before.serial &+ 1
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
