// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Every peer, one worker each, answering without what nobody asked for, up to 4,096 bytes.
extension Peer {
    /// `coreDNS`: the path of CoreDNS, when it is to take part.
    static func all(coreDNS: String?) -> [Peer] {
        [nsd, knot, unbound, named, dnsmasq] + (coreDNS.map { [self.coreDNS(at: $0)] } ?? [])
    }

    private static let nsd = Peer(
        name: "nsd",
        program: "nsd",
        arguments: ["-d", "-c", "CONFIGURATION"]
    ) { endpoint, files, _ in
        let folder = files.folder
        var text = """
            server:
                ip-address: \(endpoint.address)
                port: \(endpoint.port)
                server-count: 1
                tcp-count: 1000
                username: ""
                database: ""
                zonesdir: ""
                pidfile: "\(folder("nsd.pid"))"
                xfrdfile: "\(folder("nsd.xfrd"))"
                xfrdir: "\(folder.path)"
                zonelistfile: "\(folder("nsd.zones"))"
                minimal-responses: yes
                ipv4-edns-size: 4096
                rrl-ratelimit: 0
            remote-control:
                control-enable: no

            """
        for zone in files.zones {
            text += "zone:\n    name: \"\(zone.name)\"\n    zonefile: \"\(zone.path)\"\n"
        }
        return text
    }

    private static let knot = Peer(
        name: "knot",
        program: "knotd",
        arguments: ["-c", "CONFIGURATION"]
    ) { endpoint, files, _ in
        let folder = files.folder
        var text = """
            server:
                rundir: "\(folder.path)"
                listen: \(endpoint.address)@\(endpoint.port)
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
                tcp-max-clients: 1000
                udp-max-payload: 4096
            control:
                listen: "\(folder("knot.sock"))"
            database:
                storage: "\(folder("knot"))"
            log:
              - target: stderr
                any: warning
            template:
              - id: default
                zonefile-sync: -1
                zonefile-load: whole
                journal-content: none
            zone:

            """
        for zone in files.zones { text += "  - domain: \(zone.name)\n    file: \"\(zone.path)\"\n" }
        return text
    }

    private static let unbound = Peer(
        name: "unbound",
        program: "unbound",
        arguments: ["-d", "-c", "CONFIGURATION"]
    ) { endpoint, files, _ in
        var text = """
            server:
                interface: \(endpoint.address)
                port: \(endpoint.port)
                do-ip6: no
                num-threads: 1
                incoming-num-tcp: 1000
                username: ""
                chroot: ""
                directory: "\(files.folder.path)"
                pidfile: "\(files.folder("unbound.pid"))"
                use-syslog: no
                edns-buffer-size: 4096
                max-udp-size: 4096
                unblock-lan-zones: yes
            remote-control:
                control-enable: no

            """
        for zone in files.zones {
            text += "auth-zone:\n    name: \"\(zone.name)\"\n    zonefile: \"\(zone.path)\"\n"
            text += "    for-downstream: yes\n    for-upstream: no\n    fallback-enabled: no\n"
        }
        return text
    }

    private static let named = Peer(
        name: "named",
        program: "named",
        arguments: ["-g", "-n", "1", "-c", "CONFIGURATION"]
    ) { endpoint, files, _ in
        var text = """
            options {
                directory "\(files.folder.path)";
                pid-file none;
                session-keyfile "\(files.folder("named.key"))";
                listen-on port \(endpoint.port) { \(endpoint.address); };
                listen-on-v6 { none; };
                recursion no;
                notify no;
                dnssec-validation no;
                minimal-responses yes;
                edns-udp-size 4096;
                max-udp-size 4096;
                tcp-clients 1000;
            };
            controls { };

            """
        for zone in files.zones {
            text += "zone \"\(zone.name)\" { type primary; file \"\(zone.path)\"; };\n"
        }
        return text
    }

    private static let dnsmasq = Peer(
        name: "dnsmasq",
        program: "dnsmasq",
        arguments: ["--keep-in-foreground", "--conf-file=CONFIGURATION"],
        exclusions: [
            .tcp: "it forks for each connection", .tcpConnect: "it forks for each connection",
            .registry: "a hosts file has no Pods",
        ]
    ) { endpoint, files, cluster in
        var text = """
            port=\(endpoint.port)
            listen-address=\(endpoint.address)
            bind-interfaces
            user=
            pid-file=
            log-facility=-
            no-resolv
            no-hosts
            no-poll
            addn-hosts=\(files.hosts)
            local=/\(Cluster.zone)/\(Cluster.reverseZone)/
            local-ttl=\(Cluster.ttl)
            cache-size=10000
            edns-packet-max=4096

            """
        for index in 0..<cluster.serviceCount {
            text += "srv-host=\(Cluster.portName(of: index)),\(Cluster.name(of: index)),80,0,100\n"
        }
        return text
    }

    /// Its `file` plugin: the `kubernetes` plugin would want an API server.
    private static func coreDNS(at path: String) -> Peer {
        Peer(
            name: "coredns",
            program: path,
            arguments: ["-conf", "CONFIGURATION"]
        ) { endpoint, files, _ in
            files.zones
                .map { zone in
                    """
                    \(zone.name):\(endpoint.port) {
                        bind \(endpoint.address)
                        bufsize 4096
                        errors
                        file \(zone.path) \(zone.name)
                        loadbalance
                    }

                    """
                }
                .joined()
        }
    }
}
