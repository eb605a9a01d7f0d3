// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Testing
import Wire

@testable import Kubernetes
@testable import Plugins

/// How large a state file becomes, and what a configuration that is refused leaves in it.
@Suite struct StateKeeperLimitsTests {
    /// Whose records they are.
    private enum Owner {}

    /// What some Services hold, in a file of their own.
    private static func records(_ numbers: Range<Int>, isWhole: Bool = false) -> AllocationRecords {
        var records = AllocationRecords(isWhole: isWhole)
        for number in numbers {
            var holding = Holding()
            holding.addresses = [IPAddress(v4: UInt32(0x0A00_0000 + number))]
            let key = ServiceKey(namespace: "default", name: "service-\(10_000 + number)")
            records.append(AllocationRecord(key, holding, isInUse: true))
        }
        return records
    }

    // MARK: The size of the file

    @Test func writesAFileAsLargeAsTheLimitAndNoLarger() throws {
        let whole = Self.records(0..<10, isWhole: true)
        let inUse = Self.records(0..<4, isWhole: true)
        var sizes: [Int?] = []
        var said: [String] = []
        for limit in [
            whole.bytes.count, whole.bytes.count - 1, inUse.bytes.count, inUse.bytes.count - 1,
        ] {
            let store = MemoryStore()
            let keeper = StateKeeper(
                "s",
                in: store,
                found: AllocationState([]),
                maximumByteCount: limit
            )
            do throws(FileError) {
                try keeper.save(
                    AllocationRecords(isWhole: false),
                    of: ObjectIdentifier(Owner.self),
                    liveCount: 10
                ) { $0 ? whole : inUse }
            } catch {
                said.append("\(error)")
            }
            sizes.append(store.files["s"]?.count)
        }

        #expect(sizes == [whole.bytes.count, inUse.bytes.count, inUse.bytes.count, nil])
        #expect(
            said == [
                "s: what is in use takes \(inUse.bytes.count) bytes, more than the "
                    + "\(inUse.bytes.count - 1) that a state file has"
            ]
        )
    }

    @Test func addsUpToTheLimitAndWritesItAnewPastIt() throws {
        let whole = Self.records(0..<3, isWhole: true)
        let news = Self.records(3..<4)
        for limit in [whole.bytes.count + news.bytes.count, whole.bytes.count + 1] {
            let store = MemoryStore()
            let keeper = StateKeeper(
                "s",
                in: store,
                found: AllocationState(whole.bytes),
                maximumByteCount: limit
            )
            keeper.adopt(ObjectIdentifier(Owner.self))
            try store.keep("s", whole.bytes)

            try keeper.save(news, of: ObjectIdentifier(Owner.self), liveCount: 4) { _ in
                Self.records(3..<4, isWhole: true)
            }

            let isAdded = limit == whole.bytes.count + news.bytes.count
            #expect(AllocationState(store.files["s"] ?? []).recordCount == (isAdded ? 4 : 1))
        }
    }

    /// A few objects with very many Pods, beside many that say little.
    @Test func isWrittenAnewWhenMostOfItsBytesAreOutOfDate() throws {
        let store = MemoryStore()
        let keeper = StateKeeper("s", in: store, found: AllocationState([]))
        let key = ObjectKey(kind: "Deployment", namespace: "default", name: "web")
        let addresses = (0..<20_000).map { [IPAddress(v4: UInt32(0x0A00_0000 + $0))] }
        var large = AllocationRecords(isWhole: false)
        large.append(PodRecord(key, .pods(PodMemory.Share(addresses: addresses))))
        var whole = AllocationRecords(isWhole: true)
        whole.append(large)
        var largest = 0
        for _ in 0..<50 {
            try keeper.save(large, of: ObjectIdentifier(Owner.self), liveCount: 1_000) { _ in
                whole
            }
            largest = max(largest, store.files["s"]?.count ?? 0)
        }

        #expect(largest > whole.bytes.count)
        #expect(
            largest <= max(2 * whole.bytes.count, StateKeeper.maximumSurplusByteCount)
        )
    }

    // MARK: What was saved elsewhere, or nowhere

    private static func service(_ name: String) -> ClusterObject {
        .service(
            Service(
                metadata: Metadata(name: name),
                kind: .clusterIP([]),
                ports: [],
                selector: [:],
                publishesNotReadyAddresses: false
            )
        )
    }

    @Test func writesWhatWasSavedElsewhereToo() throws {
        let store = MemoryStore()
        let registry = ClusterRegistry(allocation: AllocationOptions())
        let first = StateKeeper("first", in: store, found: AllocationState([]))
        let other = StateKeeper("other", in: store, found: AllocationState([]))
        _ = registry.cluster(removing: [], adding: [Self.service("a")])
        try first.save(registry)
        _ = registry.cluster(removing: [], adding: [Self.service("b")])
        try other.save(registry)
        _ = registry.cluster(removing: [], adding: [Self.service("c")])

        try first.save(registry)

        #expect(AllocationState(store.files["first"] ?? []).memory.count == 3)
    }

    @Test func keepsNothingForAFileThatCannotBeWritten() throws {
        let store = MemoryStore()
        let registry = ClusterRegistry(allocation: AllocationOptions())
        let keeper = StateKeeper("s", in: store, found: AllocationState([]))
        store.fail(.other("is full"))
        for number in 0..<20 {
            let service = Self.service("s\(number)")
            _ = registry.cluster(removing: [], adding: [service])
            #expect(throws: FileError.self) { try keeper.save(registry) }
            if number > 0 { _ = registry.cluster(removing: [service], adding: []) }
        }
        let count = registry.unsavedRecords.count
        store.fail(nil)

        try keeper.save(registry)

        #expect(count == 1)
        #expect(AllocationState(store.files["s"] ?? []).memory.count == 20)
    }

    // MARK: Configurations that are refused

    private static let text = "kubernetes cluster.local {\n  manifests m.yaml\n  state s\n}"

    private static func manifest(_ names: String...) -> String {
        names.map { name in
            "apiVersion: v1\nkind: Service\nmetadata: {name: \(name)}\nspec: {ports: [{port: 80}]}\n"
        }
        .joined(separator: "---\n")
    }

    /// The one in between has Services that are never served, and leaves out one that is.
    @Test func aRefusedConfigurationMovesNobodyWhoIsServed() throws {
        func address(_ name: String, _ plugin: Plugins.Kubernetes) throws -> String? {
            let question = try query("\(name).default.svc.cluster.local.", zone: "cluster.local.")
            return ask(plugin, question).answers.first
        }
        var surroundings = Surroundings()
        surroundings.files.contents["m.yaml"] = Self.manifest("a", "b")
        surroundings.store = MemoryStore()
        let (served, first) = try surroundings.make(Plugins.Kubernetes.self, Self.text)
        surroundings.previous = first.kept
        surroundings.files.contents["m.yaml"] = Self.manifest("b", "c", "d")
        _ = try surroundings.make(Plugins.Kubernetes.self, Self.text)
        // It was refused: what is kept is still that of the first.
        surroundings.files.contents["m.yaml"] = Self.manifest("a", "b", "c")
        let (next, _) = try surroundings.make(Plugins.Kubernetes.self, Self.text)
        var later = Surroundings()
        later.files.contents["m.yaml"] = Self.manifest("a", "b", "c")
        later.files.bytes["s"] = surroundings.store?.files["s"]
        later.store = MemoryStore()
        let (again, _) = try later.make(Plugins.Kubernetes.self, Self.text)

        for name in ["a", "b"] {
            let before = try #require(try address(name, served))
            #expect(try address(name, next) == before)
            #expect(try address(name, again) == before)
        }
        #expect(try address("c", again) == address("c", next))
        #expect(try address("d", next) == nil)
    }
}
