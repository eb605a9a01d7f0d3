// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The program that is killed again and again while it gives addresses and remembers them.
@Suite struct StateServerTests {
    /// How often it is killed; `APUS_KILL_COUNT` in the environment asks for more.
    private static let killCount =
        ProcessInfo.processInfo.environment["APUS_KILL_COUNT"].flatMap { Int($0) } ?? 50

    private static let corefile = """
        cluster.local {
            bind 127.0.0.1
            errors
            kubernetes {
                manifests manifests
                service_cidr 10.0.0.0/26
                pod_cidr 10.9.0.0/26
                state kept/state
            }
        }

        """

    private static func service(_ name: String) -> String {
        "apiVersion: v1\nkind: Service\nmetadata: {name: \(name)}\nspec: {ports: [{port: 80}]}\n"
    }

    /// A Pod that is made, and a Service whose address is the Pod's.
    private static func pod(_ name: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name)}
        spec:
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec: {containers: [{name: c, image: i}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: \(name)}
        spec: {clusterIP: None, selector: {app: \(name)}}

        """
    }

    /// The address that is told for a name; nil when there is none.
    private static func address(of name: String, from server: RunningServer) throws -> [UInt8]? {
        try server.ask("\(name).default.svc.cluster.local.", .a).answers.first?.data
    }

    /// The addresses of Services and Pods in use, by name, as the file has them.
    private static func remembered(by server: RunningServer) -> [String: String] {
        let file = server.folder.appending(path: "kept/state")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var found: [String: String] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count > 2 else { continue }
            guard !words[1].hasPrefix("Node/") else { continue }
            found[String(words[1])] = words[0] == "+" ? String(words[2]) : nil
        }
        return found
    }

    @Test(.timeLimit(.minutes(20))) func keepsEveryAddressHoweverOftenItIsKilled() throws {
        let pods = Set((0..<10).map { "p\($0)" })
        let names = (0..<24).map { "s\($0)" } + pods
        let server = try RunningServer(
            corefile: Self.corefile,
            files: ["manifests/first.yaml": Self.service("first")]
        )
        var random = SystemRandomNumberGenerator()
        var told: [String: [UInt8]] = [:]
        var present: Set<String> = []
        for round in 0..<Self.killCount {
            // Some come and some go, and it is killed at some moment while it takes notice of that.
            for name in names.shuffled(using: &random).prefix(4) {
                let path = "manifests/\(name).yaml"
                if present.remove(name) != nil {
                    try FileManager.default.removeItem(at: server.folder.appending(path: path))
                    // What a Pod had is free at once, and not kept for it.
                    if pods.contains(name) { told[name] = nil }
                } else {
                    let isPod = pods.contains(name)
                    try server.write(isPod ? Self.pod(name) : Self.service(name), to: path)
                    present.insert(name)
                }
            }
            // Questions take up the time, and tell what clients know.
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                guard let name = present.randomElement(using: &random),
                    let address = try Self.address(of: name, from: server)
                else { continue }
                #expect(told[name] == nil || told[name] == address, "round \(round): \(name)")
                told[name] = address
            }
            server.send(SIGKILL)
            _ = server.waitForEnd()
            let kept = Self.remembered(by: server)
            #expect(Set(kept.values).count == kept.count, "round \(round): \(kept)")

            try server.startAgain()

            var holders: [[UInt8]: String] = [:]
            for name in present.sorted() + ["first"] {
                let address = try #require(try Self.address(of: name, from: server))
                #expect(holders[address] == nil, "round \(round): \(name)")
                holders[address] = name
                #expect(told[name] == nil || told[name] == address, "round \(round): \(name)")
                told[name] = address
            }
            let said = server.output(containing: "", seconds: 0)
            #expect(!said.contains("damaged"), "round \(round): \(said)")
        }
        #expect(told.count > 10)
    }
}
