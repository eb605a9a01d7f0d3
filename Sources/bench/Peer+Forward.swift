// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Every peer that forwards: one worker, room for all names that it is asked for, no DNSSEC, no log.
extension Peer {
    /// The room that peers get which count in bytes, in megabytes: more than they can fill.
    static let cacheMegabytes = 512

    /// `upstream`: where they ask; `capacity`: how many names they must be able to keep.
    static func forwarding(
        to upstream: Endpoint,
        capacity: Int,
        coreDNS: String?
    ) -> [Peer] {
        [
            unbound(upstream), dnsmasq(upstream, capacity), dnsdist(upstream, capacity),
            knotResolver(upstream), named(upstream),
        ] + (coreDNS.map { [self.coreDNS(at: $0, upstream, capacity)] } ?? [])
    }

    private static func unbound(_ upstream: Endpoint) -> Peer {
        Peer(
            name: "unbound",
            program: "unbound",
            arguments: ["-d", "-c", "CONFIGURATION"]
        ) { endpoint, files, _ in
            """
            server:
                interface: \(endpoint.address)
                port: \(endpoint.port)
                do-ip6: no
                num-threads: 1
                module-config: "iterator"
                outgoing-range: 8192
                num-queries-per-thread: 4096
                msg-cache-size: \(cacheMegabytes)m
                rrset-cache-size: \(cacheMegabytes)m
                msg-cache-slabs: 1
                rrset-cache-slabs: 1
                infra-cache-slabs: 1
                so-rcvbuf: 4m
                so-sndbuf: 4m
                do-not-query-localhost: no
                username: ""
                chroot: ""
                directory: "\(files.folder.path)"
                pidfile: "\(files.folder("unbound.pid"))"
                use-syslog: no
            remote-control:
                control-enable: no
            forward-zone:
                name: "."
                forward-addr: \(upstream.address)@\(upstream.port)

            """
        }
    }

    private static func dnsmasq(_ upstream: Endpoint, _ capacity: Int) -> Peer {
        Peer(
            name: "dnsmasq",
            program: "dnsmasq",
            arguments: ["--keep-in-foreground", "--conf-file=CONFIGURATION"]
        ) { endpoint, _, _ in
            """
            port=\(endpoint.port)
            listen-address=\(endpoint.address)
            bind-interfaces
            user=
            pid-file=
            log-facility=-
            no-resolv
            no-hosts
            no-poll
            server=\(upstream.address)#\(upstream.port)
            cache-size=\(capacity)
            dns-forward-max=10000

            """
        }
    }

    /// It has a thread that takes questions and one that takes answers; both are on one processor.
    private static func dnsdist(_ upstream: Endpoint, _ capacity: Int) -> Peer {
        Peer(
            name: "dnsdist",
            program: "dnsdist",
            arguments: [
                "--supervised", "--disable-syslog", "--config=CONFIGURATION",
            ]
        ) { endpoint, _, _ in
            """
            setSecurityPollSuffix("")
            setLocal("\(endpoint.address):\(endpoint.port)")
            setACL({"127.0.0.0/8"})
            setMaxUDPOutstanding(65535)
            newServer({address="\(upstream.address):\(upstream.port)"}):setUp()
            getPool(""):setCache(newPacketCache(\(capacity), {maxTTL=86400, numberOfShards=1}))

            """
        }
    }

    private static func knotResolver(_ upstream: Endpoint) -> Peer {
        Peer(
            name: "kresd",
            program: "kresd",
            arguments: ["-n", "-c", "CONFIGURATION", "FOLDER"]
        ) { endpoint, files, _ in
            """
            log_level('crit')
            net.ipv6 = false
            net.listen('\(endpoint.address)', \(endpoint.port), { kind = 'dns' })
            trust_anchors.remove('.')
            for _, name in ipairs({'priming', 'ta_update', 'ta_signal_query', 'detect_time_skew'}) do
                modules.unload(name)
            end
            cache.open(\(cacheMegabytes) * MB, 'lmdb://\(files.folder("kresd-cache"))')
            policy.add(policy.all(policy.FORWARD({'\(upstream.address)@\(upstream.port)'})))

            """
        }
    }

    private static func named(_ upstream: Endpoint) -> Peer {
        Peer(
            name: "named",
            program: "named",
            arguments: ["-g", "-n", "1", "-c", "CONFIGURATION"]
        ) { endpoint, files, _ in
            """
            options {
                directory "\(files.folder.path)";
                pid-file none;
                session-keyfile "\(files.folder("named.key"))";
                listen-on port \(endpoint.port) { \(endpoint.address); };
                listen-on-v6 { none; };
                recursion yes;
                recursive-clients 10000;
                forward only;
                forwarders { \(upstream.address) port \(upstream.port); };
                max-cache-size \(cacheMegabytes)m;
                dnssec-validation no;
                empty-zones-enable no;
                minimal-responses yes;
            };
            logging { category default { null; }; };
            controls { };

            """
        }
    }

    /// With what kubeadm's Corefile has around `forward`.
    private static func coreDNS(at path: String, _ upstream: Endpoint, _ capacity: Int) -> Peer {
        Peer(
            name: "coredns",
            program: path,
            arguments: ["-conf", "CONFIGURATION"]
        ) { endpoint, _, _ in
            """
            .:\(endpoint.port) {
                bind \(endpoint.address)
                errors
                prometheus 127.0.0.1:0
                forward . \(upstream.address):\(upstream.port)
                cache 3600 {
                    success \(capacity) 3600
                }
                loop
                reload
                loadbalance
            }

            """
        }
    }
}
