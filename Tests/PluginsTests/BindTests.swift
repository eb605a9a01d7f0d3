// SPDX-License-Identifier: Apache-2.0

import Plugin
import Plugins
import Testing
import Wire

@Suite struct BindTests {
    private var surroundings: Surroundings {
        get throws {
            var surroundings = Surroundings()
            for (name, text) in [
                ("lo", "127.0.0.1"), ("lo", "::1"), ("eth0", "192.0.2.1"), ("eth0", "2001:db8::1"),
            ] {
                let address = try #require(IPAddress(text))
                surroundings.interfaces.append(Interface(name: name, address: address, scope: 0))
            }
            return surroundings
        }
    }

    @Test(arguments: [
        ("bind 192.0.2.9 ::1", ["192.0.2.9", "::1"]),
        ("bind eth0", ["192.0.2.1", "2001:db8::1"]),
        ("bind lo eth0 {\n  except ::1 2001:db8::1\n}", ["127.0.0.1", "192.0.2.1"]),
        ("bind lo eth0 {\n  except lo\n}", ["192.0.2.1", "2001:db8::1"]),
        ("bind 127.0.0.1\nbind lo", ["127.0.0.1", "::1"]),
    ])
    func bindsAddressesAndInterfaces(text: String, expected: [String]) throws {
        let (_, setup) = try surroundings.make(Bind.self, text)

        #expect(setup.addresses.map(\.description) == expected)
    }

    @Test(arguments: [
        ("bind", "Corefile:1:1: 'bind' wants addresses or names of interfaces"),
        ("bind wlan0", "Corefile:1:6: 'wlan0' is not a valid IP address or interface name"),
        ("bind 1.2.3", "Corefile:1:6: '1.2.3' is not a valid IP address or interface name"),
        ("bind lo {\n  except lo\n}", "Corefile:1:1: 'except' leaves nothing to bind"),
        ("bind lo {\n  except\n}", "Corefile:2:3: 'except' wants addresses or names of interfaces"),
    ])
    func refusesWhatCannotBeBound(text: String, expected: String) throws {
        #expect(try refusal(of: Bind.self, text, in: surroundings) == expected)
    }
}
