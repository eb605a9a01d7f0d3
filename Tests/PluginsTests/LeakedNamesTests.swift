// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Plugins

@Suite struct LeakedNamesTests {
    @Test(arguments: [
        ("web.shop.svc.cluster.local.example.org", true),
        ("Web.Shop.SVC.Cluster.LOCAL.example.org", true),
        ("svc.cluster.local.example.org", true), ("svc.cluster.local", true),
        ("web.shop.svc.cluster.local.svc.cluster.local", true), ("cluster.local", true),
        ("www.example.org.cluster.local", true),
        ("cluster.local.example.org", false), ("www.cluster.local.example.org", false),
        ("svc.cluster.example.org", false), ("web.svc.example.org", false),
        ("www.example.org", false), ("local", false), (".", false),
    ])
    func tellsNamesThatAreLeftOfASearchPath(name: String, isLeaked: Bool) throws {
        let name = try QueryName(try Name(name))

        #expect(LeakedNames.contain(name) == isLeaked)
    }
}
