// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

extension Process {
    /// The addresses of all interfaces: interface name, address, and for link-local IPv6 its index.
    package static func interfaceAddresses() -> [(name: String, address: IPAddress, scope: UInt32)]
    {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var found: [(name: String, address: IPAddress, scope: UInt32)] = []
        var next = unsafe list
        // SAFETY: the system's list ends with a null pointer and lives until it is freed; an
        // address in it is as long as its family wants.
        while let entry = unsafe next {
            unsafe next = entry.pointee.ifa_next
            guard let address = unsafe entry.pointee.ifa_addr,
                let endpoint = unsafe SocketAddress.read(address),
                let name = unsafe entry.pointee.ifa_name
            else { continue }
            found.append((unsafe String(cString: name), endpoint.address, endpoint.scope))
        }
        return found
    }
}
