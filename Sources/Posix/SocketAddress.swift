// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// An endpoint as the system writes it.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var byteCount: socklen_t = 0

    init() {}

    init(_ endpoint: Endpoint) {
        // SAFETY: sockaddr_storage is made to hold any address.
        byteCount = unsafe withUnsafeMutablePointer(to: &storage) {
            unsafe Self.write(endpoint, asIPv6: false, to: $0)
        }
    }

    /// The endpoint as it was written, mapped addresses left mapped; nil for another family.
    var endpoint: Endpoint? {
        unsafe withUnsafePointer(to: storage) { unsafe Self.read($0) }
    }

    /// Gives the bytes to a system call.
    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        // SAFETY: sockaddr is the head of every address.
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, byteCount)
            }
        }
    }

    /// Lets a system call fill in the bytes.
    mutating func fill(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int
    ) -> Int {
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: the system writes at most `count` bytes.
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, &count)
            }
        }
        byteCount = count
        return result
    }

    /// Writes an endpoint, and tells the bytes that it takes.
    ///
    /// `asIPv6`: an IPv4 address is written in its mapped form, for a socket of the other family.
    static func write(
        _ endpoint: Endpoint,
        asIPv6: Bool,
        to storage: UnsafeMutablePointer<sockaddr_storage>
    ) -> socklen_t {
        let place = UnsafeMutableRawPointer(storage)
        if endpoint.address.family == .v4, !asIPv6 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = endpoint.port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
            // SAFETY: a sockaddr_storage is larger and at least as aligned.
            unsafe place.storeBytes(of: address, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = endpoint.port.bigEndian
        address.sin6_scope_id = endpoint.scope
        let isMapped = endpoint.address.family == .v4
        let low = isMapped ? endpoint.address.low | 0xFFFF_0000_0000 : endpoint.address.low
        // SAFETY: an in6_addr is 16 bytes.
        unsafe withUnsafeMutableBytes(of: &address.sin6_addr) {
            unsafe $0.storeBytes(of: endpoint.address.high.bigEndian, as: UInt64.self)
            unsafe $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        // SAFETY: as above.
        unsafe place.storeBytes(of: address, as: sockaddr_in6.self)
        return socklen_t(MemoryLayout<sockaddr_in6>.size)
    }

    /// Reads an endpoint, a mapped address unmapped; nil for another family.
    ///
    /// `place`: as for `read`.
    static func readUnmapped(_ place: UnsafeRawPointer) -> Endpoint? {
        guard let endpoint = unsafe read(place) else { return nil }
        let address = endpoint.address
        guard case .v6 = address.family, address.high == 0, address.low >> 32 == 0xFFFF else {
            return endpoint
        }
        let plain = IPAddress(v4: UInt32(truncatingIfNeeded: address.low))
        return Endpoint(plain, port: endpoint.port, scope: endpoint.scope)
    }

    /// Reads an endpoint, a mapped address left mapped; nil for another family.
    ///
    /// `place` must hold the family, and as many bytes as addresses of that family have.
    @inline(__always)
    static func read(_ place: UnsafeRawPointer) -> Endpoint? {
        // SAFETY: the family says which of the two layouts the bytes have: the port is at 2 in both,
        // IPv4 is at 4, IPv6 at 8 and its scope at 24 (sockaddr_in, sockaddr_in6).
        switch CInt(unsafe place.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            let port = unsafe place.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
            let bits = unsafe place.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            let address = IPAddress(v4: UInt32(bigEndian: bits))
            return Endpoint(address, port: UInt16(bigEndian: port), scope: 0)
        case AF_INET6:
            let port = unsafe place.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
            let high = unsafe place.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let low = unsafe place.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            let scope = unsafe place.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
            let address = IPAddress(v6High: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
            return Endpoint(address, port: UInt16(bigEndian: port), scope: scope)
        default: return nil
        }
    }
}
