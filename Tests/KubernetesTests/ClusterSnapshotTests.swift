// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

/// A cluster in a file, and what becomes of files that are not what was written.
@Suite struct ClusterSnapshotTests {
    private static let fingerprint: UInt64 = 0x0123_4567_89AB_CDEF

    /// A cluster of some random objects.
    private static func cluster(seed: UInt64, count: Int = 200) -> Cluster {
        var random = RandomObjects(seed: seed)
        var options = ClusterOptions()
        options.podNames = .verified
        return Cluster((0..<count).map { _ in random.object().1 }, options: options)
    }

    private static func bytes(of cluster: Cluster, serial: UInt32 = 7) -> [UInt8] {
        var writer = SnapshotWriter(cluster, serial: serial, fingerprint: fingerprint)
        var bytes: [UInt8] = []
        while let part = writer.next() { bytes += part }
        return bytes
    }

    private static func error(_ bytes: [UInt8]) -> SnapshotError? {
        do throws(SnapshotError) {
            _ = try ClusterSnapshot(bytes, fingerprint: fingerprint)
            return nil
        } catch {
            return error
        }
    }

    @Test("What was written is read", arguments: 1...10 as ClosedRange<UInt64>)
    func readsWhatWasWritten(seed: UInt64) throws {
        let cluster = Self.cluster(seed: seed)

        let read = try ClusterSnapshot(Self.bytes(of: cluster), fingerprint: Self.fingerprint)

        #expect(read.cluster.isSame(as: cluster))
        #expect(read.cluster.nameCount == cluster.nameCount)
        #expect(read.serial == 7)
    }

    /// 2,000 Services are more than one part of 64 KiB.
    @Test func readsSeveralParts() throws {
        let services = (0..<2_000).map { number in
            ClusterObject.service(
                Service(
                    metadata: Metadata(name: "service-\(number)"),
                    kind: .clusterIP([IPAddress(v4: 0x0A00_0000 + UInt32(number))]),
                    ports: [],
                    selector: [:],
                    publishesNotReadyAddresses: false
                )
            )
        }
        let cluster = Cluster(services)

        let bytes = Self.bytes(of: cluster)

        #expect(bytes.count > 2 << 16)
        let read = try ClusterSnapshot(bytes, fingerprint: Self.fingerprint)
        #expect(read.cluster.isSame(as: cluster))
    }

    @Test func noticesAFlippedBit() {
        var bytes = Self.bytes(of: Self.cluster(seed: 1, count: 20))
        var missed: [Int] = []
        // Of the many empty shards some are enough, and of the blocks every fifth byte.
        let places = bytes.indices.filter { place in
            place < 32 || place >= bytes.count - 8 || place % 997 == 0
                || bytes[place] != 0 && place % 5 == 0
        }
        for place in places {
            for bit in 0..<8 {
                bytes[place] ^= 1 << bit
                if Self.error(bytes) == nil { missed.append(place * 8 + bit) }
                bytes[place] ^= 1 << bit
            }
        }

        #expect(missed == [])
        #expect(Self.error(bytes) == nil)
    }

    @Test func noticesEveryMissingEnd() {
        let bytes = Self.bytes(of: Self.cluster(seed: 2, count: 20))

        let missed = stride(from: 0, to: bytes.count, by: 61).filter { count in
            Self.error(Array(bytes.prefix(count))) == nil
        }

        #expect(missed == [])
    }

    @Test func refusesWhatIsNotItsOwn() {
        let bytes = Self.bytes(of: .empty)
        var newer = bytes
        newer[11] = 99

        #expect(Self.error([]) == .foreign)
        #expect(Self.error(Array("a file of another kind, long enough to be one".utf8)) == .foreign)
        #expect(Self.error(newer) == .version(99))
        #expect(throws: SnapshotError.otherSettings) {
            try ClusterSnapshot(bytes, fingerprint: 1)
        }
    }

    /// Whoever writes the file can make the checksum right: then nothing may trap either.
    @Test("A forged file is refused or answers", arguments: 1...10 as ClosedRange<UInt64>)
    func survivesForgedFiles(seed: UInt64) throws {
        let cluster = Self.cluster(seed: seed, count: 60)
        let bytes = Self.bytes(of: cluster)
        let places = bytes.indices.filter { $0 >= 24 && $0 < bytes.count - 8 && bytes[$0] != 0 }
        var random = RandomObjects(seed: seed)
        var read = 0
        for _ in 0..<200 {
            var forged = Array(bytes.dropLast(8))
            for _ in 0...random.numbers.below(2) {
                let place = random.numbers.pick(places) & ~3 | random.numbers.below(4)
                forged[place] = random.numbers.pick([0, 1, 0x7F, 0xFF, forged[place] &+ 1])
            }
            guard
                let snapshot = try? ClusterSnapshot(
                    Self.signed(forged),
                    fingerprint: Self.fingerprint
                )
            else { continue }
            read += 1
            try Self.ask(snapshot.cluster)
        }

        #expect(read > 0)
    }

    /// The same bytes with their checksum behind them, as the format says it is made.
    private static func signed(_ bytes: [UInt8]) -> [UInt8] {
        var sum: UInt64 = 0
        for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
            let part = Array(bytes[start..<min(start + 1 << 16, bytes.count)])
            sum = sum &* 0x9E37_79B9_7F4A_7C15 ^ hashBytes(part.span)
        }
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64(56 - $0 * 8)) }
    }

    private static let questions = RandomObjects.namespaces.flatMap { namespace in
        RandomObjects.names.flatMap { name in
            ["", "_http._tcp.", "_tcp.", "10-0-0-64."].map { "\($0)\(name).\(namespace).svc" }
        } + ["\(namespace).svc", "10-0-0-64.\(namespace).pod"]
    }

    /// Follows everything that names and addresses lead to.
    private static func ask(_ cluster: Cluster) throws {
        var memory = [UInt8](repeating: 0, count: 4_096)
        for text in questions {
            let name = try QueryName(try Name(text))
            switch cluster.find(name, labelCount: name.labelCount, podNames: .verified) {
            case .service(let node), .endpoint(let node), .ports(let node):
                follow(node, cluster, &memory)
            case .alias(let node):
                var span = memory.mutableSpan
                _ = cluster.write(targetOf: node, into: &span)
                _ = cluster.target(of: node)
            default: break
            }
        }
        _ = cluster.addresses(ofServicesBehind: RandomObjects.addresses)
    }

    private static func follow(_ node: Int, _ cluster: Cluster, _ memory: inout [UInt8]) {
        var span = memory.mutableSpan
        _ = cluster.write(nameOf: node, into: &span)
        let (v4, v6) = (cluster.v4(of: node), cluster.v6(of: node))
        for index in 0..<v4.count { _ = cluster.v4(at: v4[index]) }
        for index in 0..<v6.count { _ = cluster.v6(at: v6[index]) }
        let ports = cluster.ports(of: node)
        for index in 0..<ports.count { _ = cluster.port(at: ports[index]) }
        let groups = cluster.groups(of: node)
        for index in 0..<groups.count {
            let group = cluster.group(at: groups[index])
            for index in 0..<group.v4.count { _ = cluster.v4(at: group.v4[index]) }
            for index in 0..<group.v6.count { _ = cluster.v6(at: group.v6[index]) }
            for index in 0..<group.ports.count { _ = cluster.port(at: group.ports[index]) }
            for index in 0..<group.endpoints.count {
                let endpoint = group.endpoints[index]
                var span = memory.mutableSpan
                _ = cluster.write(nameOf: endpoint, into: &span)
            }
        }
    }
}
