// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import bench

@Suite struct RegistryChangesTests {
    @Test func tellsTheAddressOfARecord() {
        let data = RecordData(bytes: [10, 111, 0, 3])

        #expect(data.hasAddress(Cluster.changingAddress(of: 3)))
        #expect(!data.hasAddress(Cluster.changingAddress(of: 4)))
        #expect(!RecordData(bytes: []).hasAddress(Cluster.changingAddress(of: 3)))
    }

    @Test("The port of an SRV record tells its form", arguments: [(80, false), (81, true)])
    func tellsThePort(port: UInt8, isChanged: Bool) {
        let data = RecordData(bytes: [0, 0, 0, 100, 0, port, 0])

        #expect(data.hasSRVPort(of: isChanged))
        #expect(!data.hasSRVPort(of: !isChanged))
        #expect(!RecordData(bytes: [0, 0, 0, 100, 0, port]).hasSRVPort(of: isChanged))
    }
}
