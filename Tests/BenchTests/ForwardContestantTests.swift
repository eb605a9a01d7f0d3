// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct ForwardContestantTests {
    @Test func asksEveryUpstream() {
        let upstreams = [5_301, 5_302].map { Endpoint(IPAddress(v4: 0x7F00_0001), port: $0) }
        let text = ForwardContestant.corefile(
            upstreams: upstreams,
            forward: ["prefer_udp"],
            cache: ["keepttl"]
        )
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }

        #expect(lines.contains("forward . 127.0.0.1:5301 127.0.0.1:5302 {"))
        #expect(lines.contains("cache 3600 {"))
        #expect(lines.contains("keepttl"))
        #expect(lines.contains("prefer_udp"))
        #expect(lines.last == "}")
    }
}
