// SPDX-License-Identifier: Apache-2.0

import Wire

/// The endpoints of one Service, sorted by name, and in groups that have the same ports.
///
/// Entries with one name are one endpoint: it has all their addresses and all their ports.
struct EndpointDrafts {
    /// One endpoint.
    struct Draft {
        /// Its label, among the texts of the list.
        let label: Range<Int>
        /// Each address once, IPv4 first, sorted: part of all.
        let addresses: Range<Int>
        /// The number of the list of its ports.
        let ports: Int
    }

    private var drafts: [Draft] = []
    private(set) var addresses: [IPAddress] = []
    /// The different lists of ports, each sorted and without repetition.
    private(set) var portLists: [[EndpointPort]] = []
    /// The endpoints that have the same ports, by their indices; the groups in the order of the
    /// first of each.
    private(set) var groups: [[Int]] = []
    /// All addresses, each once, where two endpoints share one; else nil.
    private(set) var distinctAddresses: [IPAddress]?
    /// Whether there are more endpoints than a Service has; the last ones by name are left out.
    private(set) var isCut = false
    private let text: [UInt8]

    var isEmpty: Bool { drafts.isEmpty }
    var endpointCount: Int { drafts.count }
    subscript(index: Int) -> Draft { drafts[index] }

    init(_ list: EndpointList, maximumCount: Int = ServiceBlock.maximumEndpointCount) {
        text = list.text
        var entries = list.entries
        guard !entries.isEmpty else { return }
        if entries.count > 1 { entries.sort(by: list.isOrdered) }
        drafts.reserveCapacity(min(entries.count, maximumCount))
        addresses.reserveCapacity(entries.count)
        var numbers: [[EndpointPort]: Int] = [:]
        // Which of the different lists each list of the entries is.
        var known = [Int?](repeating: nil, count: list.portLists.count)
        var start = 0
        while start < entries.count, drafts.count < maximumCount {
            var end = start + 1
            while end < entries.count, list.hasSameLabel(entries[start], entries[end]) { end += 1 }
            let run = entries[start..<end]
            let number = entries[start].ports
            let isPlain = run.allSatisfy { $0.ports == number }
            var ports = isPlain ? known[number] : nil
            if ports == nil {
                let lists =
                    isPlain ? list.portLists[number] : run.flatMap { list.portLists[$0.ports] }
                ports = self.number(of: Self.sorted(lists), &numbers)
                if isPlain { known[number] = ports }
            }
            append(run, ports: ports ?? 0)
            start = end
        }
        isCut = start < entries.count
        groups = Array(repeating: [], count: portLists.count)
        for (index, draft) in drafts.enumerated() { groups[draft.ports].append(index) }
        findDistinctAddresses()
    }

    private mutating func number(
        of ports: [EndpointPort],
        _ numbers: inout [[EndpointPort]: Int]
    ) -> Int {
        if let number = numbers[ports] { return number }
        numbers[ports] = portLists.count
        portLists.append(ports)
        return portLists.count - 1
    }

    private mutating func append(_ run: ArraySlice<EndpointList.Entry>, ports: Int) {
        let first = addresses.count
        if run.count == 1 {
            addresses.append(run[run.startIndex].address)
        } else {
            addresses += Set(run.map(\.address)).sorted { $0.isOrdered(before: $1) }
        }
        drafts.append(
            Draft(
                label: run[run.startIndex].label,
                addresses: first..<addresses.count,
                ports: ports
            )
        )
    }

    private mutating func findDistinctAddresses() {
        guard addresses.count > 1 else { return }
        let sorted = addresses.sorted { $0.isOrdered(before: $1) }
        guard (1..<sorted.count).contains(where: { sorted[$0] == sorted[$0 - 1] }) else { return }
        var seen: Set<IPAddress> = []
        distinctAddresses = addresses.filter { seen.insert($0).inserted }
    }

    /// All addresses, group by group.
    var orderedAddresses: [IPAddress] {
        guard groups.count > 1 else { return addresses }
        return groups.flatMap { $0.flatMap { addresses[drafts[$0].addresses] } }
    }

    /// The label of an endpoint.
    func label(_ draft: Draft) -> ArraySlice<UInt8> { text[draft.label] }

    /// Ports by number, name and transport, each once.
    static func sorted(_ ports: [EndpointPort]) -> [EndpointPort] {
        guard ports.count > 1 else { return ports }
        return Set(ports).sorted { left, right in
            let (first, second) = (left.number ?? 0, right.number ?? 0)
            if first != second { return first < second }
            if left.name != right.name { return left.name < right.name }
            return left.transport.rawValue < right.transport.rawValue
        }
    }
}
