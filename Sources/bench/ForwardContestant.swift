// SPDX-License-Identifier: Apache-2.0

import Wire

/// Apus with what kubeadm's Corefile has around `forward`.
enum ForwardContestant {
    /// `upstreams`: where it asks; `cache`: the options of `cache`.
    static func corefile(upstreams: [Endpoint], cache: [String] = []) -> String {
        let places = upstreams.map { "\($0.address):\($0.port)" }.joined(separator: " ")
        let options = cache.map { "        \($0)\n" }.joined()
        return """
            . {
                bind 127.0.0.1
                errors
                health 127.0.0.1:0
                ready 127.0.0.1:0
                prometheus 127.0.0.1:0
                forward . \(places)
                cache 3600 {
            \(options)    }
                loop
                reload
                loadbalance
            }

            """
    }

    static func contestant(program: String, corefile: String) -> Contestant {
        Contestant(
            name: ApusContestant.name,
            command: [program, "-conf", corefile, "-dns.port", "0"],
            place: .announced(after: ".:")
        )
    }
}
