// SPDX-License-Identifier: Apache-2.0

import Files
import Synchronization
import Testing
import Wire

@testable import Kubernetes
@testable import Plugins

/// A disk that stops at some byte of all that is written, and with it whoever writes.
///
/// A file that is kept is written beside its place, byte by byte, and then takes it in one step;
/// bytes that are added are there one by one.
private final class StoppingStore: FileStore {
    private struct State {
        var file: [UInt8]?
        /// How many steps are left.
        var stepCount: Int
        var hasStopped = false
    }

    private let state: Mutex<State>

    init(_ file: [UInt8]?, after stepCount: Int) {
        state = Mutex(State(file: file, stepCount: stepCount))
    }

    var file: [UInt8]? { state.withLock { $0.file } }
    var hasStopped: Bool { state.withLock { $0.hasStopped } }

    private static let stopped = FileError(path: "state", reason: .other("the machine stopped"))

    func replace(_ path: String, with next: () -> [UInt8]?) throws(FileError) {
        throw FileError(path: path, reason: .denied)
    }

    func keep(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        try state.withLock { state throws(FileError) in
            state.stepCount -= bytes.count + 1
            state.hasStopped = state.stepCount < 0
            guard !state.hasStopped else { throw Self.stopped }
            state.file = bytes
        }
    }

    func append(_ bytes: [UInt8], to path: String, of byteCount: Int) throws(FileError) {
        try state.withLock { state throws(FileError) in
            guard state.file?.count == byteCount else {
                throw FileError(path: path, reason: .unsettled)
            }
            let written = bytes.prefix(max(0, state.stepCount))
            state.file? += written
            state.stepCount -= bytes.count + 1
            state.hasStopped = state.stepCount < 0
            guard !state.hasStopped else { throw Self.stopped }
        }
    }
}

/// What a machine that stops leaves in the file, and what a server makes of it.
@Suite struct StateKeeperStoppingTests {
    private static func service(_ name: String, _ spec: String = "") -> String {
        "apiVersion: v1\nkind: Service\nmetadata: {name: \(name)}\nspec: {ports: [{port: 80}]\(spec)}\n"
            + "---\n"
    }

    /// Services and Pods that come, go, and ask for each other's addresses.
    private static let steps: [[ClusterObject]] = [
        objects(service("a") + service("b")) + [deployment(2)],
        objects(service("a") + service("b") + service("c", ", type: NodePort")),
        objects(service("b") + service("c", ", type: NodePort") + pod("p")) + [deployment(1)],
        objects(
            service("b") + service("c", ", type: NodePort") + service("d", ", clusterIP: 10.0.0.5")
        )
            + [deployment(3)],
        objects(service("a") + service("c", ", type: LoadBalancer") + service("d") + pod("q")),
        objects(service("a") + service("b") + service("c") + service("d") + pod("q"))
            + [deployment(2)],
    ]

    private static func pod(_ name: String) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \(name)}\nspec: {containers: [{name: c}]}\n---\n"
    }

    private static func deployment(_ podCount: Int) -> ClusterObject {
        .workload(
            Workload(metadata: Metadata(name: "web"), kind: .deployment, podCount: podCount)
        )
    }

    private static func objects(_ text: String) -> [ClusterObject] {
        DecodedObject.all(in: Array(text.utf8), of: "m").flatMap(\.objects)
    }

    /// What a server tells after each of some steps, until its machine stops: addresses by name.
    ///
    /// The steps come again and again.
    private static func run(_ range: Range<Int>, _ store: StoppingStore) throws -> [[String:
        String]]
    {
        var options = AllocationOptions()
        // Few enough to get into each other's way.
        options.serviceNetworks = [AddressNetwork("10.0.0.0/29")].compactMap(\.self)
        options.podNetworks = [AddressNetwork("10.9.0.0/26")].compactMap(\.self)
        let found = AllocationState(store.file ?? [])
        let keeper = StateKeeper("state", in: store, found: found)
        let registry = ClusterRegistry(allocation: options, remembering: found.memory)
        keeper.adopt(registry)
        var told: [[String: String]] = []
        var before: [ClusterObject] = []
        for step in range {
            let now = steps[step % steps.count]
            _ = registry.cluster(removing: before, adding: now)
            before = now
            do throws(FileError) {
                try keeper.save(registry)
            } catch {
                // Whatever the machine had not written, nobody was told of.
                #expect(store.hasStopped)
                return told
            }
            told.append(addresses(in: registry, now))
        }
        return told
    }

    private static func addresses(
        in registry: ClusterRegistry,
        _ objects: [ClusterObject]
    ) -> [String: String] {
        var found: [String: String] = [:]
        var items: [ClusterContents.Item] = []
        for object in objects.map(StoredObject.init) {
            guard var reader = ObjectReader(objectsOf: object) else { continue }
            let head = reader.head()
            items.append(ClusterContents.Item(object, head, at: .nowhere))
        }
        for case let use? in registry.uses(of: items).uses {
            guard let service = use.object.service else { continue }
            let holding = use.holding ?? Holding(writtenIn: service)
            found[service.metadata.name] = holding.addresses.first?.description
        }
        for pod in registry.madePods.flatMap(\.pods.pods) {
            found[pod.metadata.name] = pod.addresses.first?.description
        }
        return found
    }

    @Test func losesNothingAtWhateverByteTheMachineStops() throws {
        let whole = StoppingStore(nil, after: .max)
        let expected = try Self.run(0..<12, whole)
        var stepCount = 0
        var stopped = 1
        while stopped > 0 {
            let store = StoppingStore(nil, after: stepCount)
            let told = try Self.run(0..<12, store)
            stopped = store.hasStopped ? 1 : 0
            stepCount += 1
            #expect(told == Array(expected.prefix(told.count)), "stopped at \(stepCount)")
            guard let last = told.indices.last else { continue }

            // It starts again with the manifests of which it told last, or with the next ones.
            let again = StoppingStore(store.file, after: .max)
            let same = try Self.run(last..<(last + 1), again)

            #expect(same == [told[last]], "stopped at \(stepCount)")
            let next = StoppingStore(store.file, after: .max)
            let later = try Self.run((last + 1)..<(last + 2), next)[0]
            // Nobody has what another has, and who was told of keeps it.
            #expect(Set(later.values).count == later.count, "stopped at \(stepCount)")
            for (name, address) in told[last] where name != "d" {
                #expect(later[name] == nil || later[name] == address, "stopped at \(stepCount)")
            }
        }
        #expect(stepCount > 500)
    }

    @Test func isWrittenAnewWhenMostOfItIsOutOfDate() throws {
        let store = StoppingStore(nil, after: .max)
        _ = try Self.run(0..<600, store)

        let state = AllocationState(try #require(store.file))
        #expect(state.isSound)
        // Four Services, two objects with Pods and three Nodes.
        #expect(state.recordCount <= 2 * 9 + StateKeeper.maximumSurplusCount)
    }
}
