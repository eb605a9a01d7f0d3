// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

@Suite struct AllocationStateTests {
    private static func key(_ name: String) -> ServiceKey {
        ServiceKey(namespace: "default", name: name)
    }

    private static let whole: Holding = {
        var holding = Holding()
        holding.addresses = ["10.96.1.2", "fd00::7"].compactMap { IPAddress($0) }
        holding.nodePorts = [
            Holding.NodePort(number: 53, transport: .udp, nodePort: 30_053),
            Holding.NodePort(number: 80, transport: .tcp, nodePort: 30_080),
        ]
        holding.healthCheckPort = 31_000
        holding.ingressAddresses = ["192.0.2.1"].compactMap { IPAddress($0) }
        return holding
    }()

    private static let records = [
        AllocationRecord(key("web"), whole, isInUse: true),
        AllocationRecord(key("gone"), Holding()),
        AllocationRecord(key("other"), whole, isInUse: true),
        AllocationRecord(key("other"), nil),
        AllocationRecord(key("back"), Holding(), isInUse: true),
        AllocationRecord(key("back"), whole),
    ]

    private static let file: [UInt8] = {
        var file = AllocationRecords(isWhole: true)
        for record in records { file.append(record) }
        return file.bytes
    }()

    /// What is remembered of some records, by their Services.
    private static func expected(_ records: some Sequence<AllocationRecord>) -> [String: Bool] {
        var expected: [String: Bool] = [:]
        for record in records {
            expected[record.key.name] = record.holding.map { _ in record.isInUse }
        }
        return expected
    }

    private static func found(_ state: AllocationState) -> [String: Bool] {
        var found: [String: Bool] = [:]
        for name in Set(records.map(\.key.name)) {
            found[name] = state.memory.holdings[key(name)]?.wasInUse
        }
        return found
    }

    @Test func isTextThatPeopleCanRead() {
        let text = String(decoding: Self.file, as: UTF8.self)
        let lines = text.split(separator: "\n")

        #expect(lines.first == "apus-state 1")
        #expect(
            lines[1].hasPrefix(
                """
                + default/web addresses=10.96.1.2,fd00::7 ports=53/UDP:30053,80/TCP:30080 \
                health=31000 external=192.0.2.1 #
                """
            )
        )
        #expect(lines[2].hasPrefix("- default/gone #"))
        #expect(lines[4].hasPrefix("~ default/other #"))
    }

    @Test func comesBackAsItWasWritten() {
        let state = AllocationState(Self.file)

        #expect(state.isSound && !state.isForeign)
        #expect(state.recordCount == Self.records.count)
        #expect(Self.found(state) == ["web": true, "gone": false, "back": false])
        #expect(state.memory.holdings[Self.key("web")]?.holding == Self.whole)
        #expect(state.memory.holdings[Self.key("back")]?.holding == Self.whole)
    }

    @Test func loosesTheLastLineAtMostWhereverItIsCut() {
        let file = Self.file
        for count in 0...file.count {
            let cut = Array(file.prefix(count))
            let whole = cut.count { $0 == 10 }
            let state = AllocationState(cut)

            #expect(state.isTorn == (count > 0 && cut.last != 10), "\(count)")
            #expect(Self.found(state) == Self.expected(Self.records.prefix(max(0, whole - 1))))
            #expect(state.damagedCount == 0 || whole == 0, "\(count)")
            #expect(state.isSound == (whole > 0 && !state.isTorn), "\(count)")
        }
    }

    @Test func loosesTheLineThatIsDamagedAndNoOther() {
        let file = Self.file
        var line = 0
        for index in file.indices {
            for bit in 0..<8 {
                var bytes = file
                bytes[index] ^= 1 << UInt8(bit)
                let state = AllocationState(bytes)

                #expect(!state.isSound, "byte \(index), bit \(bit)")
                // An end that is damaged takes the next line with it.
                let lost = [line, file[index] == 10 ? line + 1 : line]
                let rest = Self.records.enumerated().filter { !lost.contains($0.offset + 1) }
                if line > 0 || !state.isOfOtherVersion {
                    #expect(
                        Self.found(state) == Self.expected(rest.map(\.element)),
                        "byte \(index), bit \(bit)"
                    )
                }
            }
            if file[index] == 10 { line += 1 }
        }
    }

    @Test(
        "What is something else is not overwritten",
        arguments: [
            ("", false), ("apus-state 1\n", false), ("apus-state 2\n", true), ("root:x:0\n", true),
            ("root", true), ("\n\n", true), ("apus-state 1", true),
            ("apus-state 1\n+ damaged #0\n", false),
        ]
    )
    func knowsItsOwn(text: String, expected: Bool) {
        #expect(AllocationState(Array(text.utf8)).isForeign == expected)
    }

    @Test(
        "A line that says what cannot be is no record, whatever its checksum",
        arguments: [
            "", "+", "+ default", "* default/web", "+ default/web addresses",
            "+ default/web addresses=10.0.0", "+ default/web external=x", "+ default/web ports=80",
            "+ default/web ports=80/TCP:70000", "+ default/web ports=80/HTTP:30000",
            "+ default/web health=-1", "+ default/web colour=red",
            "- Pod/default/web",
            "+ Pod/default/web first=1", "+ Pod/default/web pods=10.0.0.1 first=0",
            "+ Pod/default/web pods=10.0.0", "+ Pod/default/web colour=red", "+ Pod/default/web",
            "~ Pod/default/web pods=10.0.0.1", "+ Node//a networks=10.0.0.0", "+ a/b/c/d pods=-",
        ]
    )
    func refusesWrongRecords(text: String) {
        let state = AllocationState(
            Array("\(AllocationState.heading)\n\(StateLine.line(of: text))".utf8)
        )

        #expect(state.recordCount == 0)
        #expect(state.damagedCount == 1)
    }

    @Test func refusesLinesWithAnotherChecksum() throws {
        let line = StateLine.line(of: "+ default/web addresses=10.0.0.1")
        let sound = Array(line.utf8).dropLast()

        #expect(StateLine.words(of: sound) == ["+", "default/web", "addresses=10.0.0.1"])
        for index in sound.indices {
            var damaged = sound
            damaged[index] ^= 1
            #expect(StateLine.words(of: damaged) == nil)
        }
    }

    @Test func remembersSoManyThatAreGoneAndNoMore() {
        var memory = PodMemory()
        let share = PodMemory.Share(addresses: [], isInUse: false)
        func key(_ number: Int) -> ObjectKey {
            ObjectKey(kind: "Pod", namespace: "default", name: "p\(number)")
        }
        for number in 0..<PodMemory.maximumGoneCount { memory.set(share, of: key(number)) }
        let count = memory.count

        memory.set(share, of: key(-1))
        let past = memory.count
        memory.set(nil, of: key(0))
        memory.set(share, of: key(-1))
        memory.set(PodMemory.Share(addresses: []), of: key(-2))

        #expect([count, past] == [PodMemory.maximumGoneCount, PodMemory.maximumGoneCount])
        #expect(memory.count == PodMemory.maximumGoneCount + 1)
        #expect(memory.pods[key(-1)] == share)
    }

    @Test func remembersSoManyPodsThatAreGoneAndNoMore() {
        var memory = PodMemory()
        func share(_ count: Int) -> PodMemory.Share {
            PodMemory.Share(addresses: Array(repeating: [], count: count), isInUse: false)
        }
        func key(_ number: Int) -> ObjectKey {
            ObjectKey(kind: "Deployment", namespace: "default", name: "w\(number)")
        }
        let largest = Workload.maximumPodCount
        let count = PodMemory.maximumGonePodCount / largest
        for number in 0..<(count - 1) { memory.set(share(largest), of: key(number)) }

        memory.set(share(largest + 1), of: key(-1))
        let past = memory.pods[key(-1)]
        memory.set(share(largest), of: key(-1))
        memory.set(share(1), of: key(-2))

        #expect(past == nil)
        #expect(memory.pods[key(-1)] != nil)
        #expect(memory.pods[key(-2)] == nil)
    }

    @Test func remembersPodsAndNodes() throws {
        let web = ObjectKey(kind: "Deployment", namespace: "default", name: "web")
        let gone = ObjectKey(kind: "Job", namespace: "default", name: "gone")
        let past = ObjectKey(kind: "StatefulSet", namespace: "default", name: "past")
        let node = ObjectKey(kind: "Node", namespace: "", name: "worker")
        let addresses = [
            [try #require(IPAddress("10.244.1.5")), try #require(IPAddress("fd00::5"))], [],
            [try #require(IPAddress("10.244.2.7"))],
        ]
        let network = try #require(AddressNetwork("10.244.7.0/24"))
        var records = AllocationRecords(isWhole: true)
        let share = PodMemory.Share(addresses: addresses)
        let left = PodMemory.Share(addresses: addresses, firstIndex: 3, isInUse: false)
        records.append(PodRecord(gone, .pods(share)))
        records.append(PodRecord(web, .pods(share)))
        records.append(PodRecord(past, .pods(left)))
        records.append(PodRecord(node, .networks([network])))
        records.append(PodRecord(gone, .forgotten))

        let state = AllocationState(records.bytes)

        #expect(state.isSound)
        #expect(state.recordCount == 5)
        #expect(state.memory.pods.pods == [web: share, past: left])
        #expect(state.memory.pods.networks == ["worker": [network]])
    }
}
