// SPDX-License-Identifier: Apache-2.0

import Corefile
import Files
import Kubernetes
import Plugin
import Testing
import Wire

@testable import Plugins

/// What `snapshot` keeps, and what is served from it before the manifests are read.
@Suite struct SnapshotKeeperTests {
    private static let text = "kubernetes cluster.local {\n  manifests web.yaml\n  snapshot kept\n}"

    private static func manifest(_ address: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {clusterIP: \(address), ports: [{port: 80}]}
        """
    }

    private static func surroundings(_ address: String = "10.0.0.1") -> Surroundings {
        var surroundings = Surroundings()
        surroundings.files.contents["web.yaml"] = manifest(address)
        surroundings.store = MemoryStore()
        return surroundings
    }

    /// Has a configuration served.
    private static func serve(_ setup: Setup) {
        for action in setup.whenServing { action() }
    }

    /// Does what is due then.
    private static func work(
        _ setup: Setup,
        atMillisecond millisecond: UInt64,
        isLast: Bool = false
    ) {
        let now = Moment(nanoseconds: 1).adding(milliseconds: millisecond)
        for chore in setup.chores { chore.run(now, isLast) }
    }

    /// What a server with this file has kept soon after its start.
    private static func kept() throws -> [UInt8] {
        let surroundings = surroundings()
        let (_, setup) = try surroundings.make(Kubernetes.self, text)
        Self.serve(setup)
        Self.work(setup, atMillisecond: 0)
        return try #require(surroundings.store?.files["kept"])
    }

    @Test func answersFromTheFileUntilTheManifestsAreRead() throws {
        var surroundings = Self.surroundings("10.0.0.2")
        surroundings.files.bytes["kept"] = try Self.kept()

        let (first, setup) = try surroundings.make(Kubernetes.self, Self.text)

        let web = try query("web.default.svc.cluster.local.", zone: "cluster.local.")
        let other = try query("other.default.svc.cluster.local.", zone: "cluster.local.")
        #expect(ask(first, web).answers == ["web.default.svc.cluster.local. 5 A 10.0.0.1"])
        #expect(ask(first, other).code == .serverFailure)
        #expect(setup.isUnsettled)
        #expect(setup.readiness.map { $0.isReady() } == [false])

        surroundings.previous = setup.kept
        let (second, after) = try surroundings.make(Kubernetes.self, Self.text)

        #expect(ask(second, web).answers == ["web.default.svc.cluster.local. 5 A 10.0.0.2"])
        #expect(ask(second, other).code == .nameError)
        #expect(!after.isUnsettled)
        #expect(after.readiness.map { $0.isReady() } == [true])
    }

    @Test func keepsTheSerialWhereNothingChanged() throws {
        var surroundings = Self.surroundings()
        surroundings.files.bytes["kept"] = try Self.kept()
        let soa = try query("cluster.local.", .soa, zone: "cluster.local.")
        let (first, setup) = try surroundings.make(Kubernetes.self, Self.text)
        surroundings.previous = setup.kept

        let (second, _) = try surroundings.make(Kubernetes.self, Self.text)

        #expect(ask(first, soa).answers == ask(second, soa).answers)
    }

    @Test func readsTheManifestsAtOnceWithoutAFile() throws {
        let surroundings = Self.surroundings()

        let (plugin, setup) = try surroundings.make(Kubernetes.self, Self.text)

        let other = try query("other.default.svc.cluster.local.", zone: "cluster.local.")
        #expect(ask(plugin, other).code == .nameError)
        #expect(setup.reports.isEmpty)
    }

    /// A block that is new since a reload is no start: what was read a moment ago is better.
    @Test func readsTheFileAtTheStartOnly() throws {
        var surroundings = Self.surroundings("10.0.0.2")
        surroundings.files.bytes["kept"] = try Self.kept()
        surroundings.previous = ["another plugin": 1]

        let (plugin, setup) = try surroundings.make(Kubernetes.self, Self.text)

        let web = try query("web.default.svc.cluster.local.", zone: "cluster.local.")
        #expect(ask(plugin, web).answers == ["web.default.svc.cluster.local. 5 A 10.0.0.2"])
        #expect(!setup.isUnsettled)
    }

    @Test func saysWhyAFileIsOfNoUse() throws {
        var surroundings = Self.surroundings()
        surroundings.files.bytes["kept"] = try Self.kept().dropLast()
        let (damaged, setup) = try surroundings.make(Kubernetes.self, Self.text)
        surroundings.files.bytes["kept"] = try Self.kept()
        let other = Self.text.replacing("snapshot", with: "ttl 7\n  snapshot")
        let (_, changed) = try surroundings.make(Kubernetes.self, other)

        let web = try query("web.default.svc.cluster.local.", zone: "cluster.local.")
        #expect(ask(damaged, web).answers.count == 1)
        #expect(
            setup.reports == [
                Report(
                    "kept: is no snapshot of a cluster, and is not used; it is written anew",
                    isWarning: true
                )
            ]
        )
        #expect(
            changed.reports.map(\.description) == [
                "kept: was made with other settings of 'kubernetes', and is not used; "
                    + "it is written anew"
            ]
        )
    }

    @Test func writesOnceAMinuteAndAtTheEnd() throws {
        var surroundings = Self.surroundings()
        let store = try #require(surroundings.store)
        let (_, setup) = try surroundings.make(Kubernetes.self, Self.text)
        Self.serve(setup)

        for second in 0..<100 as Range<UInt64> {
            Self.work(setup, atMillisecond: second * 1_000)
        }
        #expect(store.writingCount == 1)

        surroundings.previous = setup.kept
        surroundings.files.contents["web.yaml"] = Self.manifest("10.0.0.33")
        let (_, changed) = try surroundings.make(Kubernetes.self, Self.text)
        Self.serve(changed)
        Self.work(changed, atMillisecond: 59_999)
        #expect(store.writingCount == 1)
        Self.work(changed, atMillisecond: 60_000)
        #expect(store.writingCount == 2)

        surroundings.previous = changed.kept
        surroundings.files.contents["web.yaml"] = Self.manifest("10.0.0.244")
        let (_, last) = try surroundings.make(Kubernetes.self, Self.text)
        Self.serve(last)
        Self.work(last, atMillisecond: 60_001, isLast: true)
        #expect(store.writingCount == 3)
    }

    @Test func saysOnceThatItCannotWrite() throws {
        let surroundings = Self.surroundings()
        let store = try #require(surroundings.store)
        store.fail(.other("the disk is full"))
        let (_, setup) = try surroundings.make(Kubernetes.self, Self.text)
        Self.serve(setup)

        for minute in 0..<3 as Range<UInt64> {
            Self.work(setup, atMillisecond: minute * 60_000)
        }

        #expect(store.writingCount == 3)
        #expect(
            surroundings.log.lines == [
                "[WARNING] plugin/kubernetes: the snapshot cannot be written: kept: the disk is full"
            ]
        )
    }

    @Test func writesAFileAsLargeAsTheLimitAndNoLarger() throws {
        let byteCount = try Self.kept().count
        let (plugin, _) = try Self.surroundings().make(Kubernetes.self, Self.text)
        for limit in [byteCount, byteCount - 1] {
            let (store, log) = (MemoryStore(), MemoryLog())
            let keeper = SnapshotKeeper("kept", in: store, log: log, maximumByteCount: limit)
            let edition = ClusterEdition(
                registry: ClusterRegistry(),
                cluster: plugin.cluster,
                serial: 1
            )
            keeper.offer(edition, fingerprint: 1)

            for minute in 0..<3 as Range<UInt64> {
                let now = Moment(nanoseconds: 1).adding(milliseconds: minute * 60_000)
                keeper.run(now, isLast: false)
            }

            let isWritten = limit == byteCount
            #expect(store.files["kept"]?.count == (isWritten ? byteCount : nil))
            let complaint =
                "[WARNING] plugin/kubernetes: the snapshot cannot be written: kept: is larger than "
                + "\(limit) bytes"
            #expect(log.lines == (isWritten ? [] : [complaint]))
        }
    }

    @Test func refusesAFileThatKeepsAnotherCluster() throws {
        var setup = try Self.surroundings().setup()
        _ = try Kubernetes(parsing: try stanzas(Self.text), setup: &setup)
        let other = Self.text.replacing("cluster.local {", with: "other.local {")

        let mistake = #expect(throws: CorefileError.self) {
            _ = try Kubernetes(parsing: try stanzas(other), setup: &setup)
        }

        #expect(
            mistake?.description == "Corefile:3:12: 'kept' is the file of the block at "
                + "Corefile:3:12, which has other settings; give each a file of its own"
        )
        let own = other.replacing("kept", with: "own")
        _ = try Kubernetes(parsing: try stanzas(own), setup: &setup)
    }

    /// Such blocks listen at different places and have one cluster.
    @Test func blocksWithTheSameSettingsShareAFile() throws {
        let surroundings = Self.surroundings()
        let store = try #require(surroundings.store)
        var setup = try surroundings.setup()
        for _ in 0..<2 { _ = try Kubernetes(parsing: try stanzas(Self.text), setup: &setup) }
        Self.serve(setup)

        Self.work(setup, atMillisecond: 0)

        #expect(store.writingCount == 1)
    }

    @Test func wantsAPath() throws {
        let refused = try refusal(
            of: Kubernetes.self,
            "kubernetes a {\n  manifests m\n  snapshot\n}"
        )

        #expect(
            refused == "Corefile:3:3: 'snapshot' wants the path of a file to keep the cluster in"
        )
    }
}
