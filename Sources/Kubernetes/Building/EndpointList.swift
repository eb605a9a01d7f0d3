// SPDX-License-Identifier: Apache-2.0

import Wire

/// The ready endpoints of one Service: from slices, else from Endpoints, else from Pods.
struct EndpointList {
    /// The longest name of a Pod that is an endpoint's name, in bytes.
    private static let maximumPodNameByteCount = 63

    /// One address of an endpoint.
    struct Entry {
        /// The label of its name, among the texts, in lower case.
        let label: Range<Int>
        let address: IPAddress
        /// The number of the list of its ports.
        let ports: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var portLists: [[EndpointPort]] = []
    private(set) var text: [UInt8] = []
    private let options: ClusterOptions

    /// Lists the endpoints; `service` is nil when only slices speak of it.
    init(
        _ key: ServiceKey,
        _ entry: ServiceEntry,
        _ service: Service?,
        _ census: inout ClusterCensus
    ) {
        options = census.options
        guard !options.ignoresEndpoints else { return }
        let slices = entry.slices.isEmpty ? entry.legacySlices : entry.slices
        guard slices.isEmpty else {
            for slice in slices { add(slice, service) }
            return
        }
        guard let service, !service.selector.isEmpty else { return }
        if service.isAlias { return }
        for pod in census.pods(of: service) { add(pod, service) }
    }

    /// Adds what a document's slices list, one entry an address.
    private mutating func add(_ document: StoredObject, _ service: Service?) {
        let takesAll = service?.publishesNotReadyAddresses ?? false
        var reader = ObjectReader(document)
        reader.skipKey()
        var endpoint = StoredEndpoint()
        for _ in 0..<reader.count() {
            let head = reader.head()
            guard head.kind == .endpointSlice else { return }
            // The Service's name, which is known.
            reader.skipText()
            let isShown = options.selector == nil || options.shows(reader.metadata(head).labels)
            if options.selector == nil { reader.skipMetadata(head) }
            let ports = reader.endpointPorts()
            if isShown { portLists.append(ports) }
            let count = reader.count()
            if isShown { entries.reserveCapacity(entries.count + count) }
            reader.begin(&endpoint)
            for _ in 0..<count {
                reader.read(into: &endpoint)
                guard isShown, endpoint.isReady || takesAll else { continue }
                let number = portLists.count - 1
                for address in endpoint.addresses {
                    add(endpoint.hostname, endpoint.podName, address, number)
                }
            }
        }
    }

    /// Adds what a Pod is to a Service, one entry an address.
    private mutating func add(_ pod: Pod, _ service: Service) {
        let hostname = pod.subdomain == service.metadata.name ? pod.hostname : ""
        portLists.append(service.endpointPorts(at: pod))
        for address in service.endpointAddresses(of: pod) {
            add(hostname.utf8, pod.metadata.name.utf8, address, portLists.count - 1)
        }
    }

    /// Adds an address under its label: the host name, the Pod's name if wanted, else the address.
    private mutating func add(
        _ hostname: some Collection<UInt8>,
        _ podName: some Collection<UInt8>,
        _ address: IPAddress,
        _ ports: Int
    ) {
        let start = text.count
        if !hostname.isEmpty {
            for byte in hostname { text.append(byte.asciiLowercased) }
        } else if isName(podName) {
            for byte in podName { text.append(byte.asciiLowercased) }
        } else {
            address.appendDashed(to: &text)
        }
        guard (1...Name.maximumLabelByteCount).contains(text.count - start) else { return }
        entries.append(Entry(label: start..<text.count, address: address, ports: ports))
    }

    /// Whether the name of a Pod is the label of an endpoint.
    private func isName(_ podName: some Collection<UInt8>) -> Bool {
        guard options.usesPodNames else { return false }
        return (1...Self.maximumPodNameByteCount).contains(podName.count)
            && !podName.contains(UInt8(ascii: "."))
    }

    /// Whether the label of the first comes first.
    func isOrdered(_ left: Entry, _ right: Entry) -> Bool {
        let count = min(left.label.count, right.label.count)
        for offset in 0..<count {
            let first = text[left.label.lowerBound &+ offset]
            let second = text[right.label.lowerBound &+ offset]
            if first != second { return first < second }
        }
        return left.label.count < right.label.count
    }

    /// Whether both have one label.
    func hasSameLabel(_ left: Entry, _ right: Entry) -> Bool {
        text[left.label] == text[right.label]
    }
}

extension IPAddress {
    /// Appends the address as a label: its text with `-` for each dot or colon, never with one at
    /// its end.
    func appendDashed(to text: inout [UInt8]) {
        let dash = UInt8(ascii: "-")
        if family == .v4 {
            for index in 0..<4 {
                if index > 0 { text.append(dash) }
                let byte = byte(at: index)
                if byte >= 100 { text.append(UInt8(ascii: "0") + byte / 100) }
                if byte >= 10 { text.append(UInt8(ascii: "0") + byte / 10 % 10) }
                text.append(UInt8(ascii: "0") + byte % 10)
            }
            return
        }
        // An IPv4 address in IPv6 (`::ffff:10.0.0.1`) has dots as well.
        for byte in description.utf8 {
            let isMark = byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
            text.append(isMark ? dash : byte)
        }
        if text.last == dash { text.append(UInt8(ascii: "0")) }
    }
}
