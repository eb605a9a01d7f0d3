// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

/// Damages the sample data in every way that a disk or an editor may, from a seed.
@Suite struct ManifestMutationTests {
    /// The sample files, and one with every kind that makes Pods.
    private static func samples() throws -> [(name: String, text: String)] {
        let samples = try RepositoryFiles.contents(of: "zones/cluster.local")
            .sorted { $0.key < $1.key }.map { (name: $0.key, text: $0.value) }
        let others = try RepositoryFiles.contents(of: "Tests/KubernetesTests/Manifests/corrected")
        let text = try #require(others["workloads.yaml"])
        // In a namespace of their own, as some names are in the samples too.
        return samples + [
            (name: "workloads.yaml", text.replacing("metadata:\n  name", with: metadata))
        ]
    }

    private static let metadata = "metadata:\n  namespace: apart\n  name"

    private static let neighbour =
        "apiVersion: v1\nkind: Service\nmetadata: {name: neighbour, namespace: apart}\n"
        + "spec: {clusterIP: 10.96.7.7, ports: [{port: 1}]}\n"

    /// Damages `bytes` a little.
    private static func damage(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &dice) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &dice)
            switch Int.random(in: 0..<6, using: &dice) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: index)
            case 3: bytes.removeSubrange(index...)
            case 4: bytes.insert(contentsOf: bytes[..<min(index, 200)], at: index)
            default:
                let signs = Array("\t\n-:[]{}'\"&*!|>%@`#,? <~".utf8)
                bytes[index] = signs.randomElement(using: &dice) ?? 0
            }
        }
        return bytes
    }

    @Test("No damage traps or reaches another file", arguments: 0..<150)
    func survivesDamage(seed: Int) throws {
        var dice = Dice(state: UInt64(seed))
        let samples = try Self.samples()
        let files = MemoryFiles(["m/neighbour.yaml": Self.neighbour])
        for sample in samples { files["m/" + sample.name] = sample.text }
        let first = try ManifestSet.load(paths: ["m"], from: files)
        let kept = Set(
            DecodedObject.all(in: Array(Self.neighbour.utf8), of: "f").flatMap(\.objects)
        )
        var set = first

        for sample in samples {
            let path = "m/" + sample.name
            files.write(path, Self.damage(Array(sample.text.utf8), &dice))
            set = try ManifestSet.load(paths: ["m"], from: files, previous: set)
            #expect(kept.isSubset(of: set.objects), "seed \(seed), \(path)")
        }
        for sample in samples { files["m/" + sample.name] = sample.text }
        set = try ManifestSet.load(paths: ["m"], from: files, previous: set)

        #expect(Set(set.objects) == Set(first.objects), "seed \(seed)")
        #expect(set.mistakes == [], "seed \(seed)")
    }

    @Test func survivesEveryTruncation() throws {
        for sample in try Self.samples() {
            let bytes = Array(sample.text.utf8)
            for length in stride(from: 0, to: bytes.count, by: 7) {
                let found = DecodedObject.all(in: Array(bytes[..<length]), of: sample.name)
                // Every document but the last is whole, so at most that one is wrong.
                #expect(found.dropLast().allSatisfy { !$0.isBroken }, "\(sample.name) \(length)")
            }
        }
    }

    @Test("A document that is damaged takes no other of its file with it", arguments: 0..<150)
    func keepsTheOthersOfTheFile(seed: Int) throws {
        var dice = Dice(state: UInt64(seed) &+ 1_000_000)
        let samples = try Self.samples()
        let sample = samples[Int.random(in: 0..<samples.count, using: &dice)]
        var documents = sample.text.components(at: "\n---\n")
        let chosen = Int.random(in: 0..<documents.count, using: &dice)
        let whole = documents.map {
            DecodedObject.all(in: Array($0.utf8), of: "f").flatMap(\.objects)
        }
        let damaged = Self.damage(Array(documents[chosen].utf8), &dice)
        documents[chosen] = String(decoding: damaged, as: UTF8.self)
        let text = documents.joined(separator: "\n---\n")

        let found = Set(DecodedObject.all(in: Array(text.utf8), of: "f").flatMap(\.objects))

        for (index, objects) in whole.enumerated() where index != chosen {
            #expect(found.isSuperset(of: objects), "seed \(seed), document \(index)")
        }
    }
}

extension String {
    /// The parts between each `separator`.
    fileprivate func components(at separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
