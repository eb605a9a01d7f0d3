// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Kubernetes
import Plugin
import Wire

extension Setup {
    /// What makes clusters with these settings: the same as before, or one that goes on with what
    /// Services held, as with other options what was built is of no use.
    ///
    /// At the start what Services held is what a file remembers.
    mutating func registry(
        _ settings: KubernetesSettings,
        after before: ClusterRegistry?
    ) -> ClusterRegistry {
        if let before, before.options == settings.cluster, before.allocation == settings.allocation
        {
            return before
        }
        var memory = before?.memory
        var keeper: StateKeeper?
        if memory == nil, let path = statePath(settings), let found = storedState(path) {
            memory = found.memory
            keeper = store.map { StateKeeper(path, in: $0, found: found) }
        }
        let registry = ClusterRegistry(
            settings.cluster,
            allocation: settings.allocation,
            remembering: memory ?? AllocationMemory()
        )
        if let keeper {
            keeper.adopt(registry)
            kept[Self.stateKey(keeper.path)] = keeper
        }
        return registry
    }

    /// Has a file remember what Services are given, before a cluster with it is served.
    mutating func keepState(of registry: ClusterRegistry, _ settings: KubernetesSettings) {
        guard let path = statePath(settings) else {
            registry.hasSavedRecords()
            return
        }
        guard let store else {
            // A check writes nothing, and says what would be said.
            let mistake = StateKeeper.mistake(about: registry.recordsInUse, path)
            if let mistake { warn(mistake) }
            return
        }
        let key = Self.stateKey(path)
        var keeper = held(key, as: StateKeeper.self) ?? previous(key, as: StateKeeper.self)
        if keeper == nil {
            // Another path than before: what is served goes there, unless that is something else.
            guard let found = storedState(path) else {
                registry.hasSavedRecords()
                return
            }
            keeper = StateKeeper(path, in: store, found: found)
        }
        guard let keeper else { return }
        kept[key] = keeper
        do throws(FileError) {
            try keeper.save(registry)
        } catch {
            warn(error)
        }
    }

    private mutating func warn(_ mistake: FileError) {
        warn("\(mistake); what Services are given is not remembered over a restart")
    }

    private static func stateKey(_ path: String) -> String { "kubernetes: state \(path)" }

    /// The file that remembers: the one that is written in the Corefile, or else one that belongs to
    /// the zone and the manifests; nil when there is none.
    private mutating func statePath(_ settings: KubernetesSettings) -> String? {
        if let word = settings.state { return resolve(word.text) }
        guard let folder = files.stateFolder(environment) else { return nil }
        var parts = [settings.zones.names.first { !$0.isReverse }?.description ?? ""]
        for word in settings.manifests {
            let path = resolve(word.text)
            parts.append((try? files.realPath(of: path)) ?? path)
        }
        let digits = String(hashBytes(Array(parts.joined(separator: "\n").utf8).span), radix: 16)
        return "\(folder)/\(digits).state"
    }

    /// What a file remembers, which may be nothing; nil when it is of no use and to be left alone.
    private mutating func storedState(_ path: String) -> AllocationState? {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try files.read(path, maximumByteCount: AllocationState.maximumByteCount)
        } catch {
            // There is none before the first Service is given something.
            if error.reason == .missing { return AllocationState([]) }
            warn("\(error); what Services held is chosen anew, and not remembered")
            return nil
        }
        let state = AllocationState(bytes)
        guard !state.isForeign else {
            let what =
                state.isOfOtherVersion
                ? "is a state file of another version" : "is something else than a state file"
            warn("\(path): \(what) and left as it is; what Services are given is not remembered")
            return nil
        }
        if state.damagedCount > 0 {
            warn(
                "\(path): \(state.damagedCount) of its lines are damaged; what they remembered is "
                    + "chosen anew"
            )
        }
        if state.isTorn { warn("\(path): its last line was never finished, and is left out") }
        return state
    }

    /// Says something once.
    private mutating func warn(_ text: String) {
        let report = Report(text, isWarning: true)
        if !reports.contains(report) { reports.append(report) }
    }
}
