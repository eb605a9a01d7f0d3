// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc
import Wire

extension Descriptor {
    /// A new socket that never blocks, of the family that `endpoint` has.
    static func socket(
        _ kind: __socket_type,
        for endpoint: Endpoint
    ) throws(SystemError) -> Descriptor {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let flags = SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let number = try check("socket") {
            Int(Glibc.socket(family, CInt(kind.rawValue | flags), 0))
        }
        return Descriptor(owning: CInt(number))
    }

    /// Sets an option of a socket to a whole number.
    borrowing func set(
        _ name: String,
        _ level: CInt,
        _ option: CInt,
        _ value: CInt
    ) throws(SystemError) {
        var value = value
        let size = socklen_t(MemoryLayout<CInt>.size)
        let number = number
        try check("setsockopt \(name)") {
            unsafe Int(setsockopt(number, level, option, &value, size))
        }
    }

    /// Makes closing a socket throw away what it has not sent, and tell the other side so.
    borrowing func discardUnsent() throws(SystemError) {
        var value = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        let number = number
        try check("setsockopt SO_LINGER") {
            unsafe Int(setsockopt(number, SOL_SOCKET, SO_LINGER, &value, size))
        }
    }

    /// The whole number that an option of a socket is set to.
    borrowing func option(
        _ name: String,
        _ level: CInt,
        _ option: CInt
    ) throws(SystemError) -> CInt {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        let number = number
        try check("getsockopt \(name)") {
            unsafe Int(getsockopt(number, level, option, &value, &size))
        }
        return value
    }

    /// Binds a socket; `takesIPv4`: the unspecified IPv6 address stands for those of IPv4 too.
    borrowing func bind(to endpoint: Endpoint, takesIPv4: Bool = true) throws(SystemError) {
        if endpoint.address.family == .v6 {
            let isOnlyIPv6: CInt = takesIPv4 && endpoint.address.isUnspecified ? 0 : 1
            try set("IPV6_V6ONLY", CInt(IPPROTO_IPV6), IPV6_V6ONLY, isOnlyIPv6)
        }
        let address = SocketAddress(endpoint)
        let number = number
        try check("bind \(endpoint)") {
            unsafe address.withPointer { unsafe Int(Glibc.bind(number, $0, $1)) }
        }
    }

    /// Connects a socket, or begins to.
    borrowing func connect(to endpoint: Endpoint) throws(SystemError) {
        let address = SocketAddress(endpoint)
        let number = number
        do throws(SystemError) {
            try check("connect \(endpoint)") {
                unsafe address.withPointer { unsafe Int(Glibc.connect(number, $0, $1)) }
            }
        } catch {
            if error.code != EINPROGRESS { throw error }
        }
    }

    /// Where a socket is bound; an IPv4 address on a socket of both families is given as such.
    borrowing func localEndpoint() throws(SystemError) -> Endpoint {
        var address = SocketAddress()
        let number = number
        try check("getsockname") {
            unsafe address.fill { unsafe Int(getsockname(number, $0, $1)) }
        }
        guard let endpoint = address.endpoint else {
            throw SystemError(call: "getsockname", code: EAFNOSUPPORT)
        }
        return Endpoint(endpoint.address.unmapped, port: endpoint.port, scope: endpoint.scope)
    }
}
