// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct KubeadmStageTests {
    @Test(
        "Every plugin of kubeadm's Corefile takes part in the counts",
        arguments: [
            "errors", "health", "ready", "kubernetes", "prometheus", "forward", "cache", "loop",
            "reload", "loadbalance",
        ]
    )
    func hasEveryPlugin(name: String) {
        let lines = KubeadmStage.corefile(manifests: "/manifests").split(separator: "\n")
        let words = lines.map { $0.split(separator: " ").first }

        #expect(words.contains { $0 == name[...] })
    }

    @Test func staysOnLoopbackAtPortsThatAreFree() {
        let text = KubeadmStage.corefile(manifests: "/manifests")

        #expect(text.contains("bind 127.0.0.1\n"))
        #expect(text.contains("manifests /manifests\n"))
        for page in ["health", "ready", "prometheus"] {
            #expect(text.contains("\(page) 127.0.0.1:0"))
        }
    }

    @Test func forwardsWhereItIsTold() {
        let upstream = Endpoint(IPAddress(v4: 0x7F00_0001), port: 5_399)
        let text = KubeadmStage.corefile(manifests: "/manifests", upstream: upstream)

        #expect(text.contains("forward . 127.0.0.1:5399 {"))
    }
}
