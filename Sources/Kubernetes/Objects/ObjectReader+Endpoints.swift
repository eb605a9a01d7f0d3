// SPDX-License-Identifier: Apache-2.0

import Wire

/// What slices list.
extension ObjectReader {
    /// The ports of a slice.
    mutating func endpointPorts() -> [EndpointPort] {
        list { reader in
            let name = reader.text()
            let number = reader.number()
            let transport = StoredCode.transport(reader.byte())
            return EndpointPort(
                name: name,
                number: number == 0 ? nil : UInt16(truncatingIfNeeded: number - 1),
                transport: transport
            )
        }
    }

    /// Makes `endpoint` what stands in front of the first one of a slice.
    func begin(_ endpoint: inout StoredEndpoint) {
        endpoint.lastPodName = Array(keyName)
        endpoint.lastHostname = []
    }

    /// Reads the next endpoint over the one before it.
    mutating func read(into endpoint: inout StoredEndpoint) {
        let flags = byte()
        endpoint.flags = flags
        endpoint.addresses.removeAll(keepingCapacity: true)
        if flags & StoredCode.hasOneV4Address != 0 {
            endpoint.addresses.append(address(.v4))
        } else {
            for _ in 0..<count() { endpoint.addresses.append(address()) }
        }
        if flags & StoredCode.hasPodName != 0 {
            endpoint.lastPodName.removeLast(max(0, endpoint.lastPodName.count - number()))
            endpoint.lastPodName += wholeText()
        }
        guard flags & StoredCode.hasHostname != 0 else { return }
        let shared = number()
        if flags & StoredCode.isHostnameLikePodName != 0 {
            endpoint.lastHostname.removeAll(keepingCapacity: true)
            endpoint.lastHostname += endpoint.lastPodName.prefix(shared)
        } else {
            endpoint.lastHostname.removeLast(max(0, endpoint.lastHostname.count - shared))
        }
        endpoint.lastHostname += wholeText()
    }
}

/// One endpoint of a stored slice, read over the one before in the same memory.
struct StoredEndpoint {
    fileprivate(set) var addresses: [IPAddress] = []
    /// The last names that an endpoint had, which the next ones are told by.
    fileprivate var lastPodName: [UInt8] = []
    fileprivate var lastHostname: [UInt8] = []
    fileprivate var flags: UInt8 = 0

    var isReady: Bool { flags & StoredCode.isReady != 0 }

    /// The name of the Pod it stands for; empty when there is none.
    var podName: ArraySlice<UInt8> {
        flags & StoredCode.hasPodName != 0 ? lastPodName[...] : []
    }

    /// The `hostname` field; empty when there is none.
    var hostname: ArraySlice<UInt8> {
        flags & StoredCode.hasHostname != 0 ? lastHostname[...] : []
    }
}
