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

    /// The name of the driver behind an interface; empty where the system does not say.
    package static func driverName(of interface: String) -> String {
        let any = Endpoint(IPAddress(v4: 0), port: 0)
        guard let socket = try? Descriptor.socket(SOCK_DGRAM, for: any) else { return "" }
        var name = [CChar](repeating: 0, count: 32)
        // SAFETY: the shim writes a C string into as many bytes as it is told.
        unsafe csystem_driver_name(socket.number, interface, &name, name.count)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
