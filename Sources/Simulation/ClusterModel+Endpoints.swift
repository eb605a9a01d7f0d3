// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Wire

extension ClusterModel {
    /// One port of an endpoint or a Service.
    struct Port: Hashable {
        let name: String
        /// The transport in lower case; empty where no port is declared at all.
        let transport: String
        /// The number; 0 where there is none.
        let number: Int

        /// Whether a label asks for this port's name.
        func isNamed(_ label: String) -> Bool { Self.fits(label, name) }

        /// Whether a label asks for this port's transport.
        func isOver(_ label: String) -> Bool { Self.fits(label, transport) }

        /// One underscore may stand in front of what is asked for; nothing asks for any.
        private static func fits(_ label: String, _ value: String) -> Bool {
            let wanted = label.hasPrefix("_") ? String(label.dropFirst()) : label
            return wanted.isEmpty || wanted == value
        }
    }

    /// All that one Service has under one name.
    struct Endpoint {
        /// The labels of its name, as far as `svc`.
        let target: [String]
        var addresses: Set<IPAddress>
        var ports: Set<Port>

        /// Its ports; the one that stands for none when there is none.
        var allPorts: Set<Port> {
            ports.isEmpty ? [Port(name: "", transport: "", number: 0)] : ports
        }
    }

    // MARK: What is seen

    /// Whether a namespace exists and may be seen.
    func isExposed(_ name: String) -> Bool {
        if let allowed = options.namespaces, !allowed.contains(name) { return false }
        var labels: [String: String] = [:]
        var exists = false
        for object in objects {
            switch object {
            case .namespace(let namespace) where namespace.metadata.name == name:
                exists = true
                labels = namespace.metadata.labels
            case .service(let service) where service.metadata.namespace == name: exists = true
            case .endpointSlice(let slice) where slice.metadata.namespace == name: exists = true
            case .pod(let pod) where pod.metadata.namespace == name: exists = true
            case .workload(let workload) where workload.metadata.namespace == name: exists = true
            case .other(_, let metadata) where metadata.namespace == name: exists = true
            default: break
            }
        }
        labels["kubernetes.io/metadata.name"] = name
        return exists && options.namespaceSelector?.selects(labels) ?? true
    }

    private func isShown(_ metadata: Metadata) -> Bool {
        options.selector?.selects(metadata.labels) ?? true
    }

    /// The Services that may be seen; of two with one name the first.
    func shownServices() -> [Service] {
        var found: [Service] = []
        var seen: Set<[String]> = []
        for object in objects {
            guard case .service(let service) = object else { continue }
            let metadata = service.metadata
            guard seen.insert([metadata.namespace, metadata.name]).inserted else { continue }
            if isShown(metadata), isExposed(metadata.namespace) { found.append(service) }
        }
        return found
    }

    func service(_ name: String, _ namespace: String) -> Service? {
        shownServices().first {
            $0.metadata.name == name && $0.metadata.namespace == namespace
        }
    }

    func hasPod(_ address: IPAddress, _ namespace: String) -> Bool {
        objects.contains { object in
            guard case .pod(let pod) = object else { return false }
            return pod.metadata.namespace == namespace && !pod.isFinished
                && isShown(pod.metadata) && pod.addresses.contains(address)
        }
    }

    // MARK: Endpoints

    /// The ready endpoints of a Service, each name once.
    func endpoints(of service: Service) -> [Endpoint] {
        endpoints(service.metadata.name, service.metadata.namespace, service)
    }

    /// The ready endpoints of every Service that is seen, or that a slice speaks of.
    func allEndpoints() -> [Endpoint] {
        var keys: Set<[String]> = []
        for object in objects {
            switch object {
            case .service(let service):
                keys.insert([service.metadata.name, service.metadata.namespace])
            case .endpointSlice(let slice) where !slice.serviceName.isEmpty:
                keys.insert([slice.serviceName, slice.metadata.namespace])
            default: break
            }
        }
        return keys.filter { isExposed($0[1]) }.flatMap { key in
            endpoints(key[0], key[1], service(key[0], key[1]))
        }
    }

    private func endpoints(
        _ name: String,
        _ namespace: String,
        _ service: Service?
    ) -> [Endpoint] {
        guard !options.ignoresEndpoints else { return [] }
        var slices: [EndpointSlice] = []
        for object in objects {
            guard case .endpointSlice(let slice) = object, slice.serviceName == name,
                slice.metadata.namespace == namespace
            else { continue }
            slices.append(slice)
        }
        // Slices go before Endpoints, and both before Pods.
        let isTrue = slices.contains { !$0.isFromEndpoints }
        let used = slices.filter { $0.isFromEndpoints != isTrue && isShown($0.metadata) }
        var found: [Endpoint] = []
        for slice in used {
            for endpoint in slice.endpoints
            where endpoint.isReady || service?.publishesNotReadyAddresses == true {
                for address in endpoint.addresses {
                    let label = label(endpoint.hostname, endpoint.podName, address)
                    let ports = slice.ports.map {
                        Port(
                            name: $0.name,
                            transport: $0.transport.rawValue.lowercased(),
                            number: Int($0.number ?? 0)
                        )
                    }
                    Self.add(address, ports, [label, name, namespace, "svc"], to: &found)
                }
            }
        }
        if slices.isEmpty, let service { addPods(of: service, to: &found) }
        return found
    }

    private func addPods(of service: Service, to found: inout [Endpoint]) {
        if case .externalName = service.kind { return }
        guard !service.selector.isEmpty else { return }
        let metadata = service.metadata
        for object in objects {
            guard case .pod(let pod) = object, pod.metadata.namespace == metadata.namespace,
                !pod.isFinished, pod.isReady || service.publishesNotReadyAddresses,
                service.selector.allSatisfy({ pod.metadata.labels[$0.key] == $0.value })
            else { continue }
            var ports: [Port] = []
            for port in service.ports {
                var number: UInt16?
                switch port.target {
                case .number(let given): number = given
                case .name(let name):
                    let isRight = { (own: ContainerPort) in
                        own.name == name && own.transport == port.transport
                    }
                    number = pod.ports.first(where: isRight)?.number
                }
                guard let number else { continue }
                let transport = port.transport.rawValue.lowercased()
                ports.append(Port(name: port.name, transport: transport, number: Int(number)))
            }
            for address in pod.addresses {
                if case .clusterIP(let own) = service.kind, !own.isEmpty,
                    !own.contains(where: { $0.family == address.family })
                {
                    continue
                }
                // A headless Service that asks for nothing has the cluster's first family.
                if service.kind == .headless, service.terms.families.isEmpty,
                    service.terms.familyPolicy == nil, address.family != pod.addresses[0].family
                {
                    continue
                }
                let hostname = pod.subdomain == metadata.name ? pod.hostname : ""
                let label = label(hostname, pod.metadata.name, address)
                let target = [label, metadata.name, metadata.namespace, "svc"]
                Self.add(address, ports, target, to: &found)
            }
        }
    }

    /// The label of an endpoint.
    private func label(_ hostname: String, _ podName: String, _ address: IPAddress) -> String {
        if !hostname.isEmpty { return hostname }
        let mayBeLabel = !podName.isEmpty && podName.count < 64 && !podName.contains(".")
        if options.usesPodNames, mayBeLabel { return podName }
        let text = String(address.description.map { $0 == "." || $0 == ":" ? "-" : $0 })
        return text.hasSuffix("-") ? text + "0" : text
    }

    /// Adds what one entry says to the endpoint of its name.
    private static func add(
        _ address: IPAddress,
        _ ports: [Port],
        _ target: [String],
        to found: inout [Endpoint]
    ) {
        if let place = found.firstIndex(where: { $0.target == target }) {
            found[place].addresses.insert(address)
            found[place].ports.formUnion(ports)
        } else {
            found.append(Endpoint(target: target, addresses: [address], ports: Set(ports)))
        }
    }
}
