// SPDX-License-Identifier: Apache-2.0

import Foundation
import Posix
import Testing
import Wire

/// The program with `bind` and `xdp`, asked over a cable.
@Suite struct KernelAnswerTests {
    /// The kernel answers at the first port and the sockets at the second, from the same objects.
    static let corefile = """
        cluster.local:53 {
            bind eth0 {
                xdp
            }
            errors
            loadbalance
            prometheus 127.0.0.1:9153
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests manifests
            }
        }
        cluster.local:54 {
            bind eth0
            errors
            loadbalance
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests manifests
            }
        }

        """

    /// A Service of one family, or of both.
    static func service(_ name: String, _ addresses: String...) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: \(name)
        spec:
          clusterIP: "\(addresses[0])"
          clusterIPs: [\(addresses.map { "\"\($0)\"" }.joined(separator: ", "))]
          ports:
            - name: http
              port: 80

        """
    }

    static func start(in pair: NetworkPair, xdp: String = corefile) throws -> RunningServer {
        var manifests = ["manifests/a.yaml": service("a", "10.96.1.1")]
        manifests["manifests/both.yaml"] = service("both", "10.96.2.1", "fd00::2")
        manifests["manifests/six.yaml"] = service("six", "fd00::3")
        let name = "a-rather-long-name-of-a-service-that-has-63-characters-in-all-x"
        manifests["manifests/long.yaml"] = service(name, "10.96.4.1", "fd00::4")
        return try RunningServer(
            corefile: xdp,
            files: manifests,
            arguments: [],
            behind: pair.atServer
        )
    }

    /// One question, in all its parts that matter here.
    private struct Asked: Sendable, CustomStringConvertible {
        var message: [UInt8]
        /// Whether the kernel is to answer it.
        var isForKernel: Bool
        let description: String
    }

    /// Names, types, flags, cases and kinds of EDNS, all with each other.
    private static var questions: [Asked] {
        var questions: [Asked] = []
        let long = "A-rather-long-name-of-a-service-that-has-63-characters-in-all-x"
        let names = [
            ("a", [1]), ("both", [1, 28]), ("BOTH", [1, 28]), ("six", [28]), (long, [1, 28]),
            ("none", []),
        ]
        // OPT: size, code, version, flags, and how many bytes of options.
        let options: [[UInt8]?] = [
            nil, [2, 0, 0, 0, 0, 0, 0, 0], [16, 0, 0, 0, 128, 0, 0, 0], [4, 208, 0, 0, 0, 0, 0, 4],
            [4, 208, 0, 1, 0, 0, 0, 0], [4, 208, 0, 0, 64, 0, 0, 0],
        ]
        for (name, kept) in names {
            for type in [1, 28, 16, 33, 65] {
                for flags in [0, 0x0100, 0x0130, 0x0140, 0x0900] {
                    for (kind, option) in options.enumerated() {
                        var message: [UInt8] = [0x5A, UInt8(questions.count & 0xFF)]
                        message += [UInt8(flags >> 8), UInt8(flags & 0xFF), 0, 1, 0, 0, 0, 0, 0]
                        message.append(option == nil ? 0 : 1)
                        for label in [name, "Default", "svc", "CLUSTER", "local"] {
                            message += [UInt8(label.utf8.count)] + Array(label.utf8)
                        }
                        message += [0, 0, UInt8(type), 0, 1]
                        if let option {
                            message += [0, 0, 41] + option
                            if option[7] == 4 { message += [0, 12, 0, 0] }
                        }
                        let isPlain = [0, 0x0100, 0x0130].contains(flags) && kind < 3
                        questions.append(
                            Asked(
                                message: message,
                                isForKernel: isPlain && kept.contains(type),
                                description: "\(name) \(type) \(flags) \(kind)"
                            )
                        )
                    }
                }
            }
        }
        return questions
    }

    /// The answer to a message, asked again when it is lost; nil when none comes.
    private static func answer(_ message: [UInt8], at server: Endpoint) throws -> [UInt8]? {
        let socket = try ConnectedUDPSocket(to: server)
        let poll = try Poll()
        try poll.add(socket.number, .input, token: 0)
        for _ in 0..<3 {
            try socket.send(message)
            guard try poll.wait(milliseconds: 2_000) > 0 else { continue }
            if let answer = try socket.receive() { return answer }
        }
        return nil
    }

    /// The number on a line of the metrics.
    private static func metric(_ line: String, _ pair: NetworkPair) throws -> Int {
        let get = "exec 3<>/dev/tcp/127.0.0.1/9153; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3"
        let page = try RunningServer.run(pair.atServer + ["bash", "-c", get + "; cat <&3"])
        let lines = page.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(line) }
        return lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }

    @Test(.enabled(if: NetworkPair.isPermitted, NetworkPair.why))
    func answersAsTheSocketsDo() throws {
        let pair = try NetworkPair()
        let server = try Self.start(in: pair)
        let questions = Self.questions
        #expect(server.output(containing: "xdp").contains("the kernel answers 6 questions on eth0"))

        let different = try pair.atClient {
            var different: [String] = []
            for address in [NetworkPair.server.v4, NetworkPair.server.v6] {
                guard let address = IPAddress(address) else { continue }
                for asked in questions {
                    let answers = try [53, 54].map {
                        try Self.answer(asked.message, at: Endpoint(address, port: $0))
                    }
                    if answers[0] != answers[1] || answers[0] == nil {
                        different.append("\(asked) at \(address): \(answers)")
                    }
                }
            }
            return different
        }

        #expect(different.isEmpty)
        let kernelCount = questions.filter(\.isForKernel).count * 2
        #expect(try Self.metric("apus_xdp_answers_total", pair) == kernelCount)
        // Both are counted in the same series.
        let all = try Self.metric("coredns_dns_requests_total{", pair)
        #expect(all > kernelCount && all <= questions.count * 2)
        let durations = "coredns_dns_request_duration_seconds_count{"
        #expect(try Self.metric(durations, pair) >= all)
    }

    @Test(.enabled(if: NetworkPair.isPermitted, NetworkPair.why))
    func followsEachChange() throws {
        let pair = try NetworkPair()
        let server = try Self.start(in: pair)
        let message = try #require(Self.questions.first { $0.description == "a 1 0 0" }).message
        let address = try #require(IPAddress(NetworkPair.server.v4))
        /// Asks until the last byte of the answer is this one, and some times more.
        let follow = { @Sendable (last: UInt8) in
            var isNew = false
            for _ in 0..<20_000 {
                let answer = try Self.answer(message, at: Endpoint(address, port: 53))
                let isLast = answer?.last == last
                // What is gone does not come back.
                if isNew, !isLast { return false }
                isNew = isLast
            }
            return isNew
        }

        for last in 2...4 as ClosedRange<UInt8> {
            try server.write(Self.service("a", "10.96.1.\(last)"), to: "manifests/a.yaml")
            #expect(try pair.atClient { try follow(last) })
        }
        let before = try Self.metric("apus_xdp_answers_total", pair)
        _ = try pair.atClient { try Self.answer(message, at: Endpoint(address, port: 53)) }
        #expect(try Self.metric("apus_xdp_answers_total", pair) == before + 1)
        try FileManager.default.removeItem(at: server.folder.appending(path: "manifests/a.yaml"))
        let isGone = try pair.atClient {
            for _ in 0..<100_000 {
                let answer = try Self.answer(message, at: Endpoint(address, port: 53))
                if let answer, answer[3] & 0x0F == 3 { return true }
            }
            return false
        }
        #expect(isGone)
    }

    @Test(.enabled(if: NetworkPair.isPermitted, NetworkPair.why))
    func saysWhenThereIsSomethingToAnswer() throws {
        let pair = try NetworkPair()
        let server = try RunningServer(
            corefile: Self.corefile,
            files: ["manifests/a.yaml": "# Nothing yet.\n"],
            arguments: [],
            behind: pair.atServer
        )
        let nothing = "the kernel answers 0 questions on eth0"
        #expect(server.output(containing: nothing).contains(nothing))

        try server.write(Self.service("a", "10.96.1.1"), to: "manifests/a.yaml")

        let something = "the kernel answers 1 questions on eth0"
        #expect(server.output(containing: something).contains(something))
    }

    @Test(.enabled(if: NetworkPair.isPermitted, NetworkPair.why))
    func leavesBlocksAloneWhoseQueriesSomebodyHasToSee() throws {
        let pair = try NetworkPair()
        let text = Self.corefile.replacingOccurrences(of: "    errors\n", with: "    log\n")

        let server = try Self.start(in: pair, xdp: text)

        let line = "plugin/bind: xdp: the sockets answer for cluster.local.: 'log' has to see every"
        #expect(server.output(containing: "'log'").contains(line))
    }

    /// In a user's own namespace nobody may put anything into the kernel.
    private static let hasNamespaces =
        (try? RunningServer.run(["unshare", "-Ur", "echo", "yes"]).hasPrefix("yes")) == true

    @Test(.enabled(if: hasNamespaces)) func servesWithoutTheKernel() throws {
        let corefile = ManifestServerTests.corefile.replacingOccurrences(
            of: "bind 127.0.0.1",
            with: "bind 127.0.0.1 {\n        xdp\n    }"
        )

        let server = try RunningServer(
            corefile: corefile,
            files: ["manifests/one.yaml": ManifestServerTests.service("one", "10.96.1.1")],
            behind: ["unshare", "-Ur"]
        )

        // Where the kernel counts locked memory, it says first that there is too much.
        let line = "plugin/bind: xdp: the sockets answer everything: bpf BPF_"
        #expect(server.output(containing: "xdp").contains(line))
        #expect(try !server.ask("one.default.svc.cluster.local.", .a).answers.isEmpty)
    }
}
