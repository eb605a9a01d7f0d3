// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire
import YAML

@testable import Kubernetes

@Suite struct PodRunTests {
    private static func pod(
        _ number: Int,
        labels: [String: String] = ["app": "web"],
        namespace: String = "default"
    ) -> Pod {
        Pod(
            metadata: Metadata(
                name: "web-5d9c7b8f4-\(10_000 + number)",
                namespace: namespace,
                labels: labels
            ),
            addresses: [IPAddress(v4: 0x0AF4_0000 + UInt32(number))],
            hostname: "",
            subdomain: "",
            isReady: number % 7 > 0,
            isFinished: false,
            ports: [ContainerPort(name: "http", number: 8_080, transport: .tcp)],
            owner: Owner(kind: "ReplicaSet", name: "web-5d9c7b8f4")
        )
    }

    private static func packed(_ documents: [StoredObject]) -> [StoredObject] {
        var packer = PodRun.Packer()
        for document in documents { packer.add(document, isAlone: false) }
        return packer.finish()
    }

    private static func packed(_ pods: [Pod]) -> [StoredObject] {
        packed(pods.map { StoredObject(.pod($0)) })
    }

    @Test("Documents come out as they went in", arguments: 1...20 as ClosedRange<UInt64>)
    func comesBack(seed: UInt64) {
        var random = RandomObjects(seed: seed)
        var runCount = 0
        for step in 0..<100 {
            var last: ClusterObject?
            let documents = (0..<random.numbers.below(30)).map { _ in
                let object = random.sibling(of: last) ?? random.object().object
                last = object
                return StoredObject(object)
            }

            let objects = Self.packed(documents)

            runCount += objects.count(where: \.isPodRun)
            #expect(objects.flatMap(\.documents) == documents, "seed \(seed), step \(step)")
            #expect(objects.map(\.documentCount).reduce(0, +) == documents.count)
            #expect(
                objects.flatMap(\.objects) == documents.flatMap(\.objects),
                "seed \(seed), step \(step)"
            )
            // Of what Pods have alike nothing is read again.
            #expect(
                objects.flatMap(\.pods) == documents.flatMap(\.pods),
                "seed \(seed), step \(step)"
            )
            var claims: [UInt64] = []
            for object in objects { object.forEachClaim { claims.append($0) } }
            let expected = documents.filter(\.isClaim).compactMap { StoredKey($0)?.number }
            #expect(claims == expected, "seed \(seed), step \(step)")
        }
        #expect(runCount > 50, "seed \(seed)")
    }

    @Test("Whatever the bytes are, some Pods are read", arguments: 1...20 as ClosedRange<UInt64>)
    func readsDamagedBytes(seed: UInt64) throws {
        let runs = Self.packed((0..<40).map { Self.pod($0) })
        let run = try #require(runs.first { $0.isPodRun })
        var numbers = SeededNumbers(seed: seed)
        for step in 0..<500 {
            var bytes = run.bytes
            for _ in 0...numbers.below(3) where bytes.count > 1 {
                let index = 1 + numbers.below(bytes.count - 1)
                switch numbers.below(3) {
                case 0: bytes.removeLast(bytes.count - index)
                case 1: bytes[index] = numbers.pick([0, 1, 2, 0x7F, 0x80, 0xFF])
                default: bytes[index] = UInt8(truncatingIfNeeded: numbers.bits())
                }
            }
            let found = StoredObject(bytes: bytes)

            var claimCount = 0
            found.forEachClaim { _ in claimCount += 1 }

            #expect(found.documentCount <= PodRun.maximumCount, "seed \(seed), step \(step)")
            #expect(found.documents.count == found.documentCount, "seed \(seed), step \(step)")
            #expect(claimCount == found.documentCount, "seed \(seed), step \(step)")
            _ = found.pods
        }
    }

    @Test func endsAtItsLimit() {
        // Names of which none begins a run.
        let names = (0..<100_000).map { "p-\($0)" }
            .filter { hashBytes(Array($0.utf8).span) % 32 != 0 }
        let pods = names.prefix(PodRun.maximumCount + 1).enumerated().map { index, name in
            var pod = Self.pod(index)
            pod.metadata.name = name
            return StoredObject(.pod(pod))
        }

        let counts = [pods.dropLast(), pods[...]].map { pods in
            Self.packed(Array(pods)).map(\.documentCount)
        }

        #expect(counts == [[PodRun.maximumCount], [PodRun.maximumCount, 1]])
    }

    @Test(
        "Only Pods that are found alike and have addresses are in one run",
        arguments: [
            ([:], ["app": "web"], "default", true),
            ([:], ["app": "db"], "default", false),
            ([:], ["app": "web"], "other", false),
            (["statefulset.kubernetes.io/pod-name": "a"], ["app": "web"], "default", false),
            (
                ["statefulset.kubernetes.io/pod-name": "a"],
                ["app": "web", "statefulset.kubernetes.io/pod-name": "b"], "default", true
            ),
        ] as [([String: String], [String: String], String, Bool)]
    )
    func joinsWhatIsAlike(
        added: [String: String],
        labels: [String: String],
        namespace: String,
        expected: Bool
    ) {
        let first = Self.pod(1, labels: added.merging(["app": "web"]) { $1 })
        let second = Self.pod(2, labels: labels, namespace: namespace)

        #expect((Self.packed([first, second]).count == 1) == expected)
    }

    @Test func leavesPodsAloneThatWaitForAnAddress() {
        var waiting = Self.pod(1)
        waiting.addresses = []

        #expect(Self.packed([waiting, waiting]).map(\.documentCount) == [1, 1])
    }

    @Test func keepsLabelsThatRepeatTheName() {
        // The bytes of both labels are the same, as a text tells what it shares with the name.
        let pods = ["web-1", "web-2"].map { name in
            var pod = Self.pod(1, labels: ["app": name])
            pod.metadata.name = name
            return pod
        }

        let objects = Self.packed(pods)

        #expect(objects.map(\.documentCount) == [1, 1])
        #expect(objects.flatMap(\.pods) == pods)
    }

    @Test func movesFewEndsWhenAPodComes() {
        let pods = (0..<1_000).map { Self.pod($0) }
        let before = Set(Self.packed(pods))

        for place in [0, 1, 500, 1_000] {
            var more = pods
            more.insert(Self.pod(5_000 + place), at: place)
            let after = Set(Self.packed(more))

            #expect(after.subtracting(before).count <= 4, "at \(place)")
        }
        #expect(before.count < 60)
    }

    @Test func takesSixteenBytesForAPod() {
        let pods = (0..<1_000).map { Self.pod($0) }

        let objects = Self.packed(pods)

        #expect(objects.flatMap(\.pods) == pods)
        #expect(objects.reduce(0) { $0 + $1.byteCount + 32 } < 16 * pods.count)
    }
}

extension RandomObjects {
    /// Another Pod that differs in some of what Pods of one workload differ in; mostly nil.
    fileprivate mutating func sibling(of object: ClusterObject?) -> ClusterObject? {
        guard case .pod(var pod) = object, numbers.chance(90) else { return nil }
        pod.metadata.name = numbers.pick(["web-\(numbers.below(200))", "x", "web-x-y"])
        if numbers.chance(80) { pod.addresses = [numbers.pick(Self.addresses)] }
        if numbers.chance(20) { pod.isReady.toggle() }
        if numbers.chance(20) { pod.isFinished.toggle() }
        if numbers.chance(20) { pod.hostname = pod.metadata.name }
        if numbers.chance(20) { pod.subdomain = numbers.pick(["", "web", "web-1", "web-10"]) }
        if numbers.chance(20) { pod.metadata.createdSeconds = numbers.pick([0, 1, .max]) }
        if numbers.chance(20) { pod.owner = nil }
        if numbers.chance(20) { pod.state = podState() }
        return .pod(pod)
    }
}

@Suite struct PodRunManifestTests {
    private static func pod(_ name: String, _ app: String, _ address: Int) -> String {
        "apiVersion: v1\nkind: Pod\nmetadata: {name: \(name), labels: {app: \(app)}}\n"
            + "status: {podIP: 10.0.\(address / 256).\(address % 256)}\n"
    }

    private static func document(_ numbers: inout SeededNumbers) -> String {
        let app = numbers.pick(["a", "b"])
        switch numbers.below(20) {
        case 0: return "kind: [\n"
        case 1:
            return "apiVersion: v1\nkind: Service\nmetadata: {name: \(app)}\n"
                + "spec: {clusterIP: None, selector: {app: \(app)}}\n"
        default:
            return pod("pod-\(numbers.below(60))", app, numbers.below(300))
        }
    }

    @Test(
        "After each change the cluster is that of the documents",
        arguments: 1...5 as ClosedRange<UInt64>
    )
    func equalsARebuild(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let files = MemoryFiles()
        let paths = ["m/a.yaml", "m/b.yaml"]
        var documents: [String: [String]] = [:]
        var options = ClusterOptions()
        options.podNames = .verified
        options.usesPodNames = true
        let registry = ClusterRegistry(options)
        files["m/a.yaml"] = ""
        var set = try ManifestSet.load(files)
        var (runCount, contestCount) = (0, 0)
        for step in 0..<150 {
            let path = numbers.pick(paths)
            var texts = documents[path] ?? (0..<20).map { _ in Self.document(&numbers) }
            for _ in 0..<(1 + numbers.below(3)) {
                let place = numbers.below(texts.count + 1)
                if numbers.chance(40), place < texts.count {
                    texts.remove(at: place)
                } else {
                    texts.insert(Self.document(&numbers), at: place)
                }
            }
            documents[path] = texts
            files[path] = texts.joined(separator: "---\n")

            set = try ManifestSet.load(files, after: set)
            let cluster = registry.cluster(of: set)

            let rebuilt = Cluster(set.objects, options: options)
            #expect(cluster.isSame(as: rebuilt), "seed \(seed), step \(step)")
            let contents = ClusterContents(set, registry)
            let names = contents.pods(in: nil).map(\.metadata.name)
            #expect(names == names.sorted(), "seed \(seed), step \(step)")
            #expect(Set(names).count == names.count, "seed \(seed), step \(step)")
            runCount += set.files.reduce(0) { $0 + $1.content.objects.count(where: \.isPodRun) }
            contestCount += set.losers.count
        }
        #expect(runCount > 300, "seed \(seed)")
        #expect(contestCount > 50, "seed \(seed)")
    }

    @Test func tellsThePlaceOfEachPod() throws {
        let names = ["pod-a", "pod-b", "pod-c"]
        let files = MemoryFiles([
            "m/a.yaml": names.map { Self.pod($0, "web", 1) }.joined(separator: "---\n")
        ])
        let registry = ClusterRegistry()
        let set = try ManifestSet.load(files)
        _ = registry.cluster(of: set)

        let pods = ClusterContents(set, registry).pods(in: "default")

        #expect(pods.map(\.metadata.name) == names)
        #expect(pods.map(\.position.line) == [1, 6, 11])
        #expect(set.files.flatMap(\.content.objects).map(\.documentCount).max() ?? 0 > 1)
    }

    @Test func refusesAPodOfARunThatIsElsewhere() throws {
        let names = ["pod-a", "pod-b", "pod-c"]
        let files = MemoryFiles([
            "m/a.yaml": Self.pod("pod-b", "web", 9),
            "m/b.yaml": names.map { Self.pod($0, "web", 1) }.joined(separator: "---\n"),
        ])

        let set = try ManifestSet.load(files)

        #expect(set.outline == ["pod-b", "pod-a", "pod-c"])
        #expect(
            set.mistakes.map(\.description) == [
                "m/b.yaml:6:1: Pod default/pod-b is already at m/a.yaml:1:1, which is used; "
                    + "keep one of them"
            ]
        )
    }
}
