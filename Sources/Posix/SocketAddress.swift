// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

/// An endpoint as the system writes it.
struct SocketAddress {
    var storage = sockaddr_storage()
    var byteCount: socklen_t = 0

    init() {}

    /// `asIPv6`: an IPv4 address is written in its mapped form, for a socket of the other family.
    init(_ endpoint: Endpoint, asIPv6: Bool = false) {
        if endpoint.address.family == .v4, !asIPv6 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = endpoint.port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.low).bigEndian
            // SAFETY: sockaddr_storage is made to hold any address.
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.storeBytes(of: address, as: sockaddr_in.self)
            }
            byteCount = socklen_t(MemoryLayout<sockaddr_in>.size)
            return
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
        // SAFETY: sockaddr_storage is made to hold any address.
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.storeBytes(of: address, as: sockaddr_in6.self)
        }
        byteCount = socklen_t(MemoryLayout<sockaddr_in6>.size)
    }

    /// The endpoint as it was written, mapped addresses left mapped; nil for another family.
    var endpoint: Endpoint? {
        // SAFETY: the family says which of the two layouts the bytes have.
        unsafe withUnsafeBytes(of: storage) { bytes -> Endpoint? in
            switch CInt(storage.ss_family) {
            case AF_INET:
                let address = unsafe bytes.load(as: sockaddr_in.self)
                return Endpoint(
                    IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr)),
                    port: UInt16(bigEndian: address.sin_port)
                )
            case AF_INET6:
                let address = unsafe bytes.load(as: sockaddr_in6.self)
                let halves = unsafe Swift.withUnsafeBytes(of: address.sin6_addr) {
                    (
                        unsafe UInt64(bigEndian: $0.load(as: UInt64.self)),
                        unsafe UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
                    )
                }
                return Endpoint(
                    IPAddress(v6High: halves.0, low: halves.1),
                    port: UInt16(bigEndian: address.sin6_port),
                    scope: address.sin6_scope_id
                )
            default: return nil
            }
        }
    }

    /// Gives the bytes to a system call.
    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        // SAFETY: sockaddr is the head of every address.
        unsafe withUnsafeBytes(of: storage) { bytes in
            guard let base = bytes.baseAddress else { return -1 }
            return unsafe body(base.assumingMemoryBound(to: sockaddr.self), byteCount)
        }
    }

    /// Lets a system call fill in the bytes.
    mutating func fill(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int
    ) -> Int {
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // SAFETY: the system writes at most `count` bytes.
        let result = unsafe withUnsafeMutableBytes(of: &storage) { bytes -> Int in
            guard let base = bytes.baseAddress else { return -1 }
            return unsafe body(base.assumingMemoryBound(to: sockaddr.self), &count)
        }
        byteCount = count
        return result
    }
}

/// Where a socket is bound.
func localEndpoint(of descriptor: CInt) throws(SystemError) -> Endpoint {
    var address = SocketAddress()
    try check("getsockname") {
        unsafe address.fill { unsafe Int(getsockname(descriptor, $0, $1)) }
    }
    guard let endpoint = address.endpoint else {
        throw SystemError(call: "getsockname", code: EAFNOSUPPORT)
    }
    return Endpoint(endpoint.address.unmapped, port: endpoint.port, scope: endpoint.scope)
}

/// Sets an option of a socket to a whole number.
func set(
    _ name: String,
    _ level: CInt,
    _ option: CInt,
    _ value: CInt,
    of descriptor: CInt
) throws(SystemError) {
    var value = value
    let size = socklen_t(MemoryLayout<CInt>.size)
    try check("setsockopt \(name)") {
        unsafe Int(setsockopt(descriptor, level, option, &value, size))
    }
}
