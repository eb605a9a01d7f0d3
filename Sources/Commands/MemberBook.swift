// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// The slices and Pods of some namespaces, to find the members of Services in.
struct MemberBook {
    /// A namespace, and what is looked for in it.
    private struct Place: Hashable {
        let namespace: String
        let name: String
        var value = ""
    }

    /// The slices of each Service.
    private var slices: [Place: [EndpointSlice]] = [:]
    private var podsByNamespace: [String: [Pod]] = [:]
    /// Which of the Pods of a namespace carry a label, of the labels that Services select by.
    private var labelled: [Place: [Int]] = [:]

    /// `services`: of which members are to be found.
    init(_ contents: ClusterContents, in namespace: String?, of services: [ClusterContents.Item]) {
        for item in contents.items(.endpointSlice, in: namespace) {
            guard case .endpointSlice(let slice) = item.object else { continue }
            let place = Place(namespace: slice.metadata.namespace, name: slice.serviceName)
            slices[place, default: []].append(slice)
        }
        for item in services {
            guard case .service(let service) = item.object else { continue }
            for place in Self.places(of: service) { labelled[place] = [] }
        }
        for item in contents.pods(in: namespace) {
            guard case .pod(let pod) = item.object else { continue }
            let own = item.metadata.namespace
            for (name, value) in item.metadata.labels {
                let place = Place(namespace: own, name: name, value: value)
                labelled[place]?.append(podsByNamespace[own]?.count ?? 0)
            }
            podsByNamespace[own, default: []].append(pod)
        }
    }

    private static func places(of service: Service) -> [Place] {
        service.selector.map {
            Place(namespace: service.metadata.namespace, name: $0.key, value: $0.value)
        }
    }

    /// All Pods of a namespace.
    func pods(in namespace: String) -> [Pod] { podsByNamespace[namespace] ?? [] }

    /// The members of one of the Services.
    func members(of service: Service) -> ServiceMembers {
        ServiceMembers(of: service, slices: slices(of: service), pods: candidates(of: service))
    }

    /// The slices that would be made for one of the Services, where none are written.
    func computedSlices(of service: Service) -> [ComputedSlice] {
        guard slices(of: service).isEmpty else { return [] }
        return ComputedSlice.all(of: service, pods: candidates(of: service))
    }

    private func slices(of service: Service) -> [EndpointSlice] {
        let metadata = service.metadata
        return slices[Place(namespace: metadata.namespace, name: metadata.name)] ?? []
    }

    /// The Pods that a Service may select: the rarest of the labels leaves the fewest.
    private func candidates(of service: Service) -> [Pod] {
        let numbers = Self.places(of: service).map { labelled[$0] ?? [] }
        let pods = podsByNamespace[service.metadata.namespace] ?? []
        return (numbers.min { $0.count < $1.count } ?? []).map { pods[$0] }
    }
}
