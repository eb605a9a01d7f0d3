// SPDX-License-Identifier: Apache-2.0

import Wire

/// Apus with what kubeadm's Corefile has around `forward`.
enum ForwardContestant {
    /// `upstreams`: where it asks; `forward`, `cache`: lines with options of these plugins.
    static func corefile(
        upstreams: [Endpoint],
        forward: [String] = [],
        cache: [String] = []
    ) -> String {
        let places = upstreams.map { "\($0.address):\($0.port)" }.joined(separator: " ")
        func lines(_ options: [String]) -> String {
            options.map { "        \($0)\n" }.joined()
        }
        return """
            . {
                bind 127.0.0.1
                errors
                health 127.0.0.1:0
                ready 127.0.0.1:0
                prometheus 127.0.0.1:0
                forward . \(places) {
            \(lines(forward))    }
                cache 3600 {
            \(lines(cache))    }
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
