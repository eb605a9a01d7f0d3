// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Posix

@Suite struct ProcessInterfacesTests {
    @Test func findsTheLoopbackInterface() {
        let found = Process.interfaceAddresses()

        #expect(found.contains { $0.name == "lo" && $0.address == Loopback.v4() })
        #expect(found.contains { $0.address == Loopback.v6 } || !Loopback.hasIPv6)
    }

    @Test func knowsNoDriverOfNoInterface() {
        #expect(Process.driverName(of: "nowhere0").isEmpty)
        #expect(Process.driverName(of: "lo").isEmpty)
        #expect(Process.driverName(of: String(repeating: "x", count: 100)).isEmpty)
    }

    @Test func knowsTheInterfaceOfLinkLocalAddressesOnly() {
        for (_, address, scope) in Process.interfaceAddresses() where address.family == .v6 {
            #expect((scope != 0) == address.isLinkLocal)
        }
    }
}
