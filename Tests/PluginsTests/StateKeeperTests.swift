// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct StateKeeperTests {
    // MARK: Whole plugins

    private static let text = "kubernetes cluster.local {\n  manifests m.yaml\n  state s\n}"

    private static func service(_ name: String, _ spec: String = "") -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name)}
        spec: {ports: [{port: 80}]\(spec)}
        ---

        """
    }

    private static func address(_ name: String, _ plugin: Kubernetes) throws -> String? {
        let question = try query("\(name).default.svc.cluster.local.", zone: "cluster.local.")
        return ask(plugin, question).answers.first.map {
            String($0.split(separator: " ").last ?? "")
        }
    }

    private static func surroundings(_ manifests: String) -> Surroundings {
        var surroundings = Surroundings()
        surroundings.files.contents["m.yaml"] = manifests
        surroundings.store = MemoryStore()
        return surroundings
    }

    /// A server with these manifests that starts with what another has left.
    private static func restarted(_ manifests: String, _ file: [UInt8]?) -> Surroundings {
        var surroundings = surroundings(manifests)
        surroundings.files.bytes["s"] = file
        return surroundings
    }

    @Test func remembersOverARestartWhatWasGiven() throws {
        let first = Self.surroundings(Self.service("a", ", clusterIP: 10.99.216.159"))
        // The address that it would be given has somebody else by now.
        var (_, setup) = try first.make(Kubernetes.self, Self.text)
        var second = first
        second.files.contents["m.yaml"] =
            (first.files.contents["m.yaml"] ?? "") + Self.service("svc-1")
        second.previous = setup.kept
        let plugin: Kubernetes
        (plugin, setup) = try second.make(Kubernetes.self, Self.text)
        let given = try #require(try Self.address("svc-1", plugin))

        let third = Self.restarted(Self.service("svc-1"), first.store?.files["s"])
        let (again, _) = try third.make(Kubernetes.self, Self.text)
        let (forgetful, _) = try Self.surroundings(Self.service("svc-1")).make(
            Kubernetes.self,
            Self.text
        )

        #expect(given != "10.99.216.159")
        #expect(try Self.address("svc-1", again) == given)
        #expect(try Self.address("svc-1", forgetful) == "10.99.216.159")
    }

    @Test func writesNothingWhereNothingIsGiven() throws {
        let surroundings = Self.surroundings(Self.service("a", ", clusterIP: 10.96.0.9"))
        let (_, setup) = try surroundings.make(Kubernetes.self, Self.text)

        #expect(surroundings.store?.writingCount == 0)
        #expect(setup.reports.isEmpty)
    }

    @Test func writesOnlyWhatIsNew() throws {
        var surroundings = Self.surroundings(Self.service("a"))
        let (_, first) = try surroundings.make(Kubernetes.self, Self.text)
        let before = try #require(surroundings.store?.files["s"])
        surroundings.previous = first.kept
        let (_, second) = try surroundings.make(Kubernetes.self, Self.text)
        let unchanged = surroundings.store?.writingCount
        surroundings.files.contents["m.yaml"]? += Self.service("b")
        surroundings.previous = second.kept
        _ = try surroundings.make(Kubernetes.self, Self.text)
        let after = try #require(surroundings.store?.files["s"])

        #expect(unchanged == 1)
        #expect(after.starts(with: before))
        #expect(after.count { $0 == 10 } == 3)
    }

    @Test func saysThatItCannotWriteAndServes() throws {
        var surroundings = Self.surroundings(Self.service("a"))
        surroundings.store?.fail(.other("is full"))
        let (plugin, first) = try surroundings.make(Kubernetes.self, Self.text)
        surroundings.store?.fail(nil)
        surroundings.previous = first.kept
        let (_, second) = try surroundings.make(Kubernetes.self, Self.text)

        #expect(try Self.address("a", plugin) != nil)
        #expect(
            first.reports.map(\.description)
                == ["s: is full; what Services are given is not remembered over a restart"]
        )
        #expect(first.reports.map(\.level) == [.warning])
        #expect(second.reports.isEmpty)
        #expect(surroundings.store?.files["s"] != nil)
    }

    @Test(
        "What is something else is told and left alone",
        arguments: [
            (
                "root:x:0\n",
                """
                s: is something else than a state file and left as it is; what Services are given \
                is not remembered
                """
            ),
            (
                "apus-state 9\n+ a/b\n",
                """
                s: is a state file of another version and left as it is; what Services are given \
                is not remembered
                """
            ),
        ]
    )
    func leavesAlone(text: String, expected: String) throws {
        let surroundings = Self.restarted(Self.service("a"), Array(text.utf8))
        let (_, setup) = try surroundings.make(Kubernetes.self, Self.text)

        #expect(setup.reports.map(\.description) == [expected])
        #expect(surroundings.store?.writingCount == 0)
    }

    @Test func leavesOutWhatIsDamagedAndWritesItAnew() throws {
        let surroundings = Self.surroundings(Self.service("a") + Self.service("b"))
        _ = try surroundings.make(Kubernetes.self, Self.text)
        var file = try #require(surroundings.store?.files["s"])
        file[20] ^= 1
        file += Array("+ defau".utf8)
        let manifests = try #require(surroundings.files.contents["m.yaml"])
        let second = Self.restarted(manifests, file)

        let (_, setup) = try second.make(Kubernetes.self, Self.text)

        #expect(
            setup.reports.map(\.description) == [
                "s: 1 of its lines are damaged; what they remembered is chosen anew",
                "s: its last line was never finished, and is left out",
            ]
        )
        #expect(second.store?.files["s"] == surroundings.store?.files["s"])
    }

    @Test func isOnlyReadByACheck() throws {
        var surroundings = Self.surroundings(Self.service("svc-1"))
        surroundings.store = nil
        let (plugin, setup) = try surroundings.make(Kubernetes.self, Self.text)

        #expect(try Self.address("svc-1", plugin) == "10.99.216.159")
        #expect(setup.reports.isEmpty)
    }
}
