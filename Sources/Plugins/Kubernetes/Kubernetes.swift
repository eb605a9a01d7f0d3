// SPDX-License-Identifier: Apache-2.0

import Commands
import Corefile
import Kubernetes
import Plugin
import Wire

/// Answers from a cluster's objects, by the rules of Kubernetes' DNS-based service discovery 1.1.0.
///
/// The objects come from manifests; they become one immutable `Cluster`, and a query costs one
/// look-up in it. Only an alias (ExternalName) waits: its target is looked up in the whole server.
package struct Kubernetes: Answerer, MemoryPrefetcher {
    package static let manual = Manual(
        name: "kubernetes",
        summary: "answers for a cluster's Services, endpoints and Pods, from manifests",
        usage: "[ZONES...]",
        options: [
            Manual.Option(
                "manifests PATH...",
                "files and folders with objects, read again when they change; wanted"
            ),
            Manual.Option(
                "snapshot PATH",
                "keep the cluster in this file and serve it from the start, until the manifests "
                    + "are read: names that it does not have are SERVFAIL meanwhile. Each cluster "
                    + "has a file of its own"
            ),
            Manual.Option(
                "service_cidr CIDR [CIDR]",
                "from where Services get addresses that their manifests leave open, one network of "
                    + "each family; 10.96.0.0/12 by default. Where it is given, addresses from "
                    + "elsewhere are refused, reverse names of the network are never passed on, and "
                    + "default/kubernetes has the first one and is made if no manifest has it"
            ),
            Manual.Option(
                "load_balancer_pool CIDR...",
                "from where Services of type LoadBalancer get their external addresses; without it "
                    + "they wait for one"
            ),
            Manual.Option(
                "node_ports FIRST-LAST",
                "from where Services get ports of the nodes; 30000-32767 by default. Where it is "
                    + "given, ports from elsewhere are refused"
            ),
            Manual.Option(
                "pod_cidr CIDR [CIDR]",
                "from where Pods that have no address get one, one network of each family; "
                    + "10.244.0.0/16 by default, without what Services or load balancers have of "
                    + "it. Each Node has a network of its own in it, unless its manifest names one. "
                    + "Where it is given, its reverse names are never passed on"
            ),
            Manual.Option(
                "workloads on|off",
                "whether Deployments, ReplicaSets, StatefulSets, DaemonSets and Jobs have Pods "
                    + "made, unless the manifests have those that a cluster made of them, and Pods "
                    + "without an address get one; on by default"
            ),
            Manual.Option(
                "control PATH",
                "take commands at this socket, from its owner only; `/run/apus/apus.sock` for "
                    + "root, else `$XDG_RUNTIME_DIR/apus.sock`. `-control` outranks it"
            ),
            Manual.Option(
                "state PATH",
                "the file that remembers over a restart what Services and Pods were given; by default one "
                    + "for each zone and its manifests, in $STATE_DIRECTORY, else in /var/lib/apus for "
                    + "root and in ${XDG_STATE_HOME:-~/.local/state}/apus for others"
            ),
            Manual.Option("ttl SECONDS", "time to live of the records, 0 to 3600; 5 by default"),
            Manual.Option(
                "pods disabled|insecure|verified",
                "names of Pods by address: none, any address, or those that Pods have; none by "
                    + "default"
            ),
            Manual.Option("endpoint_pod_names", "call endpoints without a host name after Pods"),
            Manual.Option("namespaces NAMESPACE...", "only these namespaces exist"),
            Manual.Option("namespace_labels SELECTOR", "only namespaces with these labels exist"),
            Manual.Option("labels SELECTOR", "only Services, slices and Pods with these labels"),
            Manual.Option("noendpoints", "no endpoint has a name, nor has a headless Service"),
            Manual.Option(
                "ignore empty_service",
                "a Service with an address of its own but no ready endpoint does not exist"
            ),
            Manual.Option(
                "fallthrough [ZONES...]",
                "pass on names that do not exist, in these zones or in all; by default none"
            ),
        ],
        commands: [
            Manual.Option(
                "get KIND[,KIND...] [NAME...]",
                "objects as kubectl shows them: services, endpoints, endpointslices, pods, "
                    + "namespaces, nodes, deployments, replicasets, statefulsets, daemonsets, jobs, "
                    + "or all. With `-n NAMESPACE`, `-A`, `-l SELECTOR`, "
                    + "`--field-selector FIELD=VALUE,...`, `--sort-by PATH`, "
                    + "`-o wide|yaml|json|name|jsonpath=TEMPLATE|custom-columns=HEADING:PATH,...`, "
                    + "`-L LABEL,...`, `--show-labels`, `--show-kind`, `--no-headers`, "
                    + "`--ignore-not-found`, `-w`",
                choices: ClusterConsole.kinds,
                objects: .ofChosenKind
            ),
            Manual.Option(
                "describe service [NAME...]",
                "all about Services, by their names or the beginnings of these, and why one has no "
                    + "endpoints. With `-n NAMESPACE`, `-A`, `-l SELECTOR`",
                objects: .ofChosenKind
            ),
            Manual.Option(
                "expose KIND NAME",
                "a Service for a deployment, replicaset, pod or service as kubectl makes it, written as "
                    + "a new file into the first folder of the manifests: `--port NUMBER`, "
                    + "`--target-port NUMBER`, `--type ClusterIP|NodePort|LoadBalancer`, "
                    + "`--name NAME`, `--protocol TCP`, `--cluster-ip ADDRESS`, "
                    + "`--selector LABELS`, `--labels LABELS`, `-n NAMESPACE`; "
                    + "`--dry-run=client -o yaml` only shows it",
                choices: AuthoringConsole.exposedKinds,
                objects: .ofChosenKind
            ),
            Manual.Option(
                "edit KIND NAME",
                "opens `$KUBE_EDITOR`, `$EDITOR` or vi where the object is written, and checks the "
                    + "file afterwards. With `-n NAMESPACE`",
                choices: AuthoringConsole.writtenKinds,
                objects: .ofChosenKind
            ),
            Manual.Option(
                "names [SERVICE...]",
                "every name that Services have, with its records. With `-n NAMESPACE` or `-A`",
                objects: .ofKind("services")
            ),
        ],
        example: """
            kubernetes cluster.local in-addr.arpa ip6.arpa {
                manifests zones/cluster.local
                pods insecure
                fallthrough in-addr.arpa ip6.arpa
                ttl 30
            }
            """
    )

    /// The version of the naming schema that `dns-version` tells.
    static let schemaVersion: InlineArray<6, UInt8> = [5, 0x31, 0x2E, 0x31, 0x2E, 0x30]
    /// How long the version may be kept, in seconds.
    static let versionTTL: UInt32 = 28_800
    /// The longest that an answer without records may be kept, in seconds.
    static let maximumNegativeTTL: UInt32 = 300
    /// The most addresses of the name server that are told.
    static let maximumNameServerCount = 64
    /// The longest zone, in bytes: the longest name put in front is `hostmaster`.
    static let maximumZoneByteCount = Name.maximumByteCount - 11

    let zones: ServedZones
    private let passing: Fallthrough
    /// The reverse zones of the cluster's own networks: others know nothing of what is below them,
    /// in use or not, and need not learn who is asked for.
    private let ownZones: ZoneList
    let podNames: ClusterOptions.PodNames
    let ttl: UInt32
    let cluster: Cluster
    /// Whether the objects have been read; else what is missing may well exist.
    let isSynced: Bool
    /// The second in which the answers last changed; 0 before there were any.
    let serial: UInt32
    /// The addresses at which this server is reached.
    let nameServers: [IPAddress]

    package init(parsing stanzas: [Stanza], setup: inout Setup) throws(CorefileError) {
        let settings = try setup.settings(of: try stanzas.onlyOnce())
        try setup.takeSnapshot(settings)
        let edition: ClusterEdition
        var manifests: ManifestSet?
        if let stored = setup.storedEdition(settings) {
            edition = stored
        } else {
            let objects = try setup.objects(of: settings)
            edition = setup.edition(of: objects, settings)
            manifests = objects
        }
        let isVerified = edition.isVerified
        setup.readiness.append(Readiness(plugin: Self.manual.name) { isVerified })
        setup.control = settings.control.map { setup.resolve($0.text) } ?? setup.control
        self.init(
            settings,
            cluster: edition.cluster,
            isSynced: isVerified,
            serial: edition.serial,
            nameServers: setup.nameServers(edition.cluster)
        )
        if let manifests {
            let paths = settings.manifests.map { setup.resolve($0.text) }
            setup.addConsole(over: manifests, at: paths, edition.registry, self)
        }
    }

    /// A plugin over a cluster that is there; without one it waits for it forever.
    ///
    /// `isSynced`: whether what the cluster does not have does not exist.
    package init(
        _ settings: KubernetesSettings,
        cluster: Cluster?,
        isSynced: Bool = true,
        serial: UInt32,
        nameServers: [IPAddress]
    ) {
        zones = settings.zones
        passing = settings.passing
        ownZones = settings.ownZones
        podNames = settings.cluster.podNames
        ttl = settings.ttl
        self.isSynced = isSynced && cluster != nil
        self.cluster = cluster ?? .empty
        self.serial = cluster == nil ? 0 : serial
        self.nameServers = nameServers
    }

    package func prefetchMemory(for message: Span<UInt8>) { cluster.prefetchMemory(for: message) }

    package func answer(_ query: borrowing Query, into answer: inout Answer) -> Outcome {
        guard let zone = zones.zone(of: query.name) else { return .pass }
        guard query.recordClass == .internet else {
            // It is ours all the same: whoever comes behind would ask others for it.
            answer.refuseClass()
            return .done
        }
        let type = query.type
        guard type != .axfr, type != .ixfr else {
            answer.code = .refused
            answer.extendedError = ExtendedError(.notSupported, "zones are not transferred")
            return .done
        }
        let finding = find(query.name, in: zone)
        switch finding {
        case .missing:
            return miss(query, in: zone, &answer)
        case .alias where type != .cname && type != .any:
            return .wait
        default:
            answer.isAuthoritative = true
            write(finding, query, in: zone, &answer)
            if answer.recordCount == 0 { writeAuthority(query.name, in: zone, .authority, &answer) }
            return .done
        }
    }

    /// What a name in one of our zones stands for.
    private func find(_ name: borrowing QueryName, in zone: ServedZone) -> ClusterFinding {
        guard zone.labelCount > 0 else { return .bare }
        if zone.holdsAddresses {
            var isMalformed = false
            if let reverse = ReverseName(name, isMalformed: &isMalformed) {
                return cluster.find(reverse)
            }
            if zone.isReverse {
                let finding = cluster.findServer(name, labelCount: zone.labelCount)
                return finding == .version ? .missing : finding
            }
            if isMalformed { return .missing }
        }
        return cluster.find(name, labelCount: zone.labelCount, podNames: podNames)
    }

    /// Answers for a name that is not there, or passes it on.
    private func miss(
        _ query: borrowing Query,
        in zone: ServedZone,
        _ answer: inout Answer
    ) -> Outcome {
        if !isSynced {
            answer.code = .serverFailure
            answer.extendedError = ExtendedError(.notReady, "the cluster is not read yet")
            answer.failure = "the cluster's objects have not been read yet"
        } else if passing.covers(query.name), ownZones.first(holding: query.name) == nil {
            return .pass
        } else {
            answer.code = .nameError
        }
        answer.isAuthoritative = true
        writeAuthority(query.name, in: zone, .authority, &answer)
        return .done
    }

    /// Answers for an alias: where it leads, and what is there.
    package func resume(
        _ waiting: WaitingQuery,
        into answer: inout Answer,
        desk: any Desk
    ) async -> Outcome {
        guard let zone = zones.zone(of: waiting.query.name),
            case .alias(let index) = find(waiting.query.name, in: zone)
        else { return .pass }
        answer.isAuthoritative = true
        writeAlias(index, &answer)
        guard let target = cluster.target(of: index) else { return .done }
        let question = Question(target, waiting.query.type, waiting.query.recordClass)
        let result = await desk.lookup(question, for: waiting)
        // The alias is right whatever became of its target.
        guard result.isAnswered else { return .done }
        for record in result.answers { answer.append(.answer, record) }
        if result.isTruncated { answer.isTruncated = true }
        if result.isRecursionAvailable { answer.isRecursionAvailable = true }
        return .done
    }
}
