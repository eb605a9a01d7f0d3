// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The program with a folder of manifests that changes under it.
@Suite struct ManifestServerTests {
    static let corefile = """
        cluster.local 10.96.0.0/12 {
            bind 127.0.0.1
            errors
            kubernetes cluster.local 10.96.0.0/12 {
                manifests manifests
            }
        }

        """

    static func service(_ name: String, _ address: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: \(name)
        spec:
          clusterIP: \(address)
          ports:
            - name: http
              port: 80

        """
    }

    static func start() throws -> RunningServer {
        try RunningServer(
            corefile: corefile,
            files: [
                "manifests/one.yaml": service("one", "10.96.1.1"),
                "manifests/two.yaml": service("two", "10.96.2.1"),
            ]
        )
    }

    /// Asks until the answer holds `address`, at most a few seconds; nil when it never did.
    static func wait(for address: String, of name: String, from server: RunningServer) throws
        -> UInt64?
    {
        let start = Clock.monotonicNanoseconds()
        let wanted = try #require(IPAddress(address))
        let data = (0..<wanted.byteCount).map { wanted.byte(at: $0) }
        while Clock.monotonicNanoseconds() - start < 5_000_000_000 {
            let message = try server.ask("\(name).default.svc.cluster.local.", .a)
            if message.answers.first?.data == data {
                return Clock.monotonicNanoseconds() - start
            }
        }
        return nil
    }

    @Test func seesASavedManifestWithoutASignal() throws {
        let server = try Self.start()
        _ = try Self.wait(for: "10.96.1.1", of: "one", from: server)

        try server.write(Self.service("one", "10.96.1.2"), to: "manifests/one.yaml")

        #expect(try Self.wait(for: "10.96.1.2", of: "one", from: server) != nil)
    }

    @Test func readsAManifestOnceItIsClosedHoweverLongItWasOpen() throws {
        let server = try Self.start()
        let file = server.folder.appending(path: "manifests/one.yaml")
        let open = try FileHandle(forWritingTo: file)
        try open.truncate(atOffset: 0)
        // Looks at it come less and less often meanwhile.
        for number in 2..<6 {
            try server.write(Self.service("two", "10.96.2.\(number)"), to: "manifests/two.yaml")
            #expect(try Self.wait(for: "10.96.2.\(number)", of: "two", from: server) != nil)
            #expect(try Self.wait(for: "10.96.1.1", of: "one", from: server) != nil)
        }

        try open.write(contentsOf: Data(Self.service("one", "10.96.1.9").utf8))
        try open.close()

        #expect(try Self.wait(for: "10.96.1.9", of: "one", from: server) != nil)
    }

    @Test func keepsTheLastGoodFormOfABrokenManifestAndTakesItsNeighbour() throws {
        let server = try Self.start()

        let broken = Self.service("one", "10.96.1.2").replacing("port: 80", with: "port: 80 // web")
        try server.write(broken, to: "manifests/one.yaml")
        try server.write(Self.service("two", "10.96.2.2"), to: "manifests/two.yaml")
        let said = server.output(containing: "one.yaml:9:")

        #expect(try Self.wait(for: "10.96.2.2", of: "two", from: server) != nil)
        #expect(try Self.wait(for: "10.96.1.1", of: "one", from: server) != nil)
        #expect(said.contains("manifests/one.yaml:9:"), "\(said)")
    }

    @Test func forgetsADeletedManifestAndFindsANewOne() throws {
        let server = try Self.start()

        try FileManager.default.removeItem(at: server.folder.appending(path: "manifests/one.yaml"))
        try server.write(Self.service("three", "10.96.3.1"), to: "manifests/more/three.yaml")

        #expect(try Self.wait(for: "10.96.3.1", of: "three", from: server) != nil)
        #expect(try server.ask("one.default.svc.cluster.local.", .a).code == .nameError)
    }

    @Test func followsAMountedConfigMap() throws {
        let server = try RunningServer(
            corefile: Self.corefile,
            files: ["manifests/..v1/a.yaml": Self.service("one", "10.96.1.1")]
        )
        let folder = server.folder.appending(path: "manifests")
        let manager = FileManager.default
        try manager.createSymbolicLink(
            atPath: folder.appending(path: "..data").path(),
            withDestinationPath: "..v1"
        )
        try manager.createSymbolicLink(
            atPath: folder.appending(path: "a.yaml").path(),
            withDestinationPath: "..data/a.yaml"
        )
        #expect(try Self.wait(for: "10.96.1.1", of: "one", from: server) != nil)

        try server.write(Self.service("one", "10.96.1.9"), to: "manifests/..v2/a.yaml")
        try manager.createSymbolicLink(
            atPath: folder.appending(path: "..next").path(),
            withDestinationPath: "..v2"
        )
        _ = try RunningServer.run([
            "mv", "-T", folder.appending(path: "..next").path(),
            folder.appending(path: "..data").path(),
        ])

        #expect(try Self.wait(for: "10.96.1.9", of: "one", from: server) != nil)
    }

    @Test func answersReverseNamesOverTCP() throws {
        let server = try Self.start()

        let output = try server.dig("+tcp", "+short", "-x", "10.96.2.1")

        #expect(output == "two.default.svc.cluster.local.\n")
    }

    @Test func agreesWithDrill() throws {
        let server = try Self.start()

        let output = try RunningServer.run([
            "drill", "-p", "\(server.port)", "_http._tcp.two.default.svc.cluster.local",
            "@127.0.0.1", "SRV",
        ])

        #expect(output.contains("0 100 80 two.default.svc.cluster.local."))
        #expect(output.contains("rcode: NOERROR"))
    }
}
