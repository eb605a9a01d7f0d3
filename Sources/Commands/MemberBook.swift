// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// The Services of one namespace, and the slices and Pods to find their members in.
struct MemberBook {
    /// A Service, and where it is written.
    struct Entry {
        let service: Service
        let item: ClusterContents.Item
    }

    /// A slice that a manifest has, and where.
    struct WrittenSlice {
        let slice: EndpointSlice
        let item: ClusterContents.Item
    }

    /// A label that Services select by.
    private struct Label: Hashable {
        let key: String
        let value: String
    }

    /// In the order in which they were given.
    private(set) var services: [Entry] = []
    /// Without what came of Endpoints objects; sorted by name.
    private(set) var writtenSlices: [WrittenSlice] = []
    /// All Pods of the namespace, if any Service needs them.
    private(set) var pods: [Pod] = []
    /// The slices of each Service, and what came of its Endpoints object.
    private var slices: [String: [EndpointSlice]] = [:]
    /// Which of the Pods carry a label, of the labels that Services select by.
    private var labelled: [Label: [Int]] = [:]

    /// Makes the book of a namespace; `pods`: the Pods, asked for only if they are needed;
    /// `withLabels`: whether others look at labels and selectors, too.
    private init(
        of services: ArraySlice<ClusterContents.Item>,
        slices items: ArraySlice<ClusterContents.Item>,
        withLabels: Bool,
        pods: () -> ArraySlice<ClusterContents.Item>
    ) {
        for item in items {
            guard case .endpointSlice(var slice) = item.object(withLabels: withLabels) else {
                continue
            }
            // Its labels say whether it is mirrored, and its Service's selector does.
            if slice.isFromEndpoints, case .endpointSlice(let whole) = item.object { slice = whole }
            slices[slice.serviceName, default: []].append(slice)
            guard !slice.isFromEndpoints else { continue }
            writtenSlices.append(WrittenSlice(slice: slice, item: item))
        }
        for item in services {
            // Where slices name nobody, the selector says whether there could be endpoints.
            let written = slices[item.name] ?? []
            let needsSelector =
                withLabels || written.allSatisfy { $0.isFromEndpoints || $0.isEmpty }
            guard case .service(let service) = item.object(withLabels: needsSelector) else {
                continue
            }
            self.services.append(Entry(service: service, item: item))
        }
        for entry in self.services where slices[entry.service.metadata.name] == nil {
            for label in Self.labels(of: entry.service) { labelled[label] = [] }
        }
        if !labelled.isEmpty { add(pods()) }
    }

    private mutating func add(_ items: ArraySlice<ClusterContents.Item>) {
        for item in items {
            guard case .pod(let pod) = item.object else { continue }
            for (key, value) in pod.metadata.labels {
                labelled[Label(key: key, value: value)]?.append(pods.count)
            }
            pods.append(pod)
        }
    }

    private static func labels(of service: Service) -> [Label] {
        service.selector.map { Label(key: $0.key, value: $0.value) }
    }

    /// The members of one of the Services.
    func members(of service: Service) -> ServiceMembers {
        ServiceMembers(
            of: service,
            slices: slices[service.metadata.name] ?? [],
            pods: candidates(of: service)
        )
    }

    /// The slices that would be made for one of the Services, where none are written: of its Pods,
    /// or of its Endpoints object.
    func computedSlices(of service: Service) -> [ComputedSlice] {
        guard let written = slices[service.metadata.name] else {
            return ComputedSlice.all(of: service, pods: candidates(of: service))
        }
        guard written.allSatisfy(\.isFromEndpoints) else { return [] }
        return ComputedSlice.mirroring(written, of: service)
    }

    /// The Pods that a Service may select: the rarest of the labels leaves the fewest.
    private func candidates(of service: Service) -> [Pod] {
        guard slices[service.metadata.name] == nil else { return [] }
        let numbers = Self.labels(of: service).map { labelled[$0] ?? [] }
        return (numbers.min { $0.count < $1.count } ?? []).map { pods[$0] }
    }
}

extension MemberBook {
    /// Shows the book of one namespace after the other: of those that some Services, in the order
    /// of their namespaces, or any slices are in.
    ///
    /// There is one book at a time, as a cluster is large and a namespace is not. Labels and
    /// selectors that are not needed to find members are left out where `withLabels` is false.
    static func visit(
        _ contents: ClusterContents,
        in namespace: String?,
        of services: [ClusterContents.Item],
        withLabels: Bool = true,
        _ body: (MemberBook) -> Void
    ) {
        var services = services[...]
        var slices = contents.items(.endpointSlice, in: namespace)[...]
        var pods: ArraySlice<ClusterContents.Item>?
        while let next = [services.first, slices.first].compactMap({ $0?.namespace }).min() {
            func own() -> ArraySlice<ClusterContents.Item> {
                var rest = pods ?? contents.pods(in: namespace)[...]
                rest = rest.drop { $0.namespace < next }
                defer { pods = rest }
                return rest.take(next)
            }
            body(
                MemberBook(
                    of: services.take(next),
                    slices: slices.take(next),
                    withLabels: withLabels,
                    pods: own
                )
            )
        }
    }
}

extension EndpointSlice {
    /// Whether it has no address.
    fileprivate var isEmpty: Bool { endpoints.allSatisfy(\.addresses.isEmpty) }
}

extension ArraySlice<ClusterContents.Item> {
    /// Takes away those at the beginning that are in a namespace.
    fileprivate mutating func take(_ namespace: String) -> Self {
        let taken = prefix { $0.namespace == namespace }
        self = self[taken.endIndex...]
        return taken
    }
}
