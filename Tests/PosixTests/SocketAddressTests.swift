// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Wire

@testable import Posix

@Suite struct SocketAddressTests {
    static let endpoints = [
        Endpoint(IPAddress(v4: 0xC000_0201), port: 53),
        Endpoint(IPAddress(v4: 0), port: 0),
        Endpoint(IPAddress(v4: .max), port: .max),
        Endpoint(IPAddress(v6High: 0x2001_0DB8_0000_0001, low: 0x0203_0405_0607_0809), port: 853),
        Endpoint(IPAddress(v6High: 0xFE80_0000_0000_0000, low: 1), port: 53, scope: 7),
        Endpoint(IPAddress(v6High: 0, low: 0xFFFF_C000_0201), port: 53),
    ]

    @Test("An endpoint comes back as it was written", arguments: endpoints)
    func comesBack(endpoint: Endpoint) {
        #expect(SocketAddress(endpoint).endpoint == endpoint)
    }

    @Test func writesAnIPv4AddressInItsMappedForm() {
        var storage = sockaddr_storage()
        let endpoint = Endpoint(IPAddress(v4: 0xC000_0201), port: 53)

        let count = unsafe SocketAddress.write(endpoint, asIPv6: true, to: &storage)
        let read = unsafe SocketAddress.read(&storage)

        #expect(count == 28)
        #expect(read == Endpoint(IPAddress(v6High: 0, low: 0xFFFF_C000_0201), port: 53))
        #expect(read?.address.unmapped == endpoint.address)
    }

    @Test("A client is never read in its mapped form", arguments: endpoints, [false, true])
    func readsUnmapped(endpoint: Endpoint, asIPv6: Bool) {
        var storage = sockaddr_storage()
        _ = unsafe SocketAddress.write(endpoint, asIPv6: asIPv6, to: &storage)

        let read = unsafe SocketAddress.readUnmapped(&storage)

        let plain = endpoint.address.unmapped
        #expect(read == Endpoint(plain, port: endpoint.port, scope: endpoint.scope))
    }

    @Test func readsNoOtherFamily() {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(AF_UNIX)

        #expect(unsafe SocketAddress.read(&storage) == nil)
        #expect(unsafe SocketAddress.readUnmapped(&storage) == nil)
        #expect(SocketAddress().endpoint == nil)
    }
}
