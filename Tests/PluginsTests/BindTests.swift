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
        ("bind 192.0.2.1 {\n  xdp\n}", ["192.0.2.1": "eth0"]),
        ("bind eth0 {\n  xdp\n  except 2001:db8::1\n}", ["192.0.2.1": "eth0"]),
        ("bind lo\nbind eth0 {\n  xdp\n}", ["192.0.2.1": "eth0", "2001:db8::1": "eth0"]),
        ("bind eth0", [:]),
    ])
    func letsTheKernelAnswer(text: String, expected: [String: String]) throws {
        let (_, setup) = try surroundings.make(Bind.self, text)

        let found = setup.kernelInterfaces.map { ($0.key.description, $0.value) }
        #expect(Dictionary(uniqueKeysWithValues: found) == expected)
    }

    @Test func leavesLinkLocalAddressesOut() throws {
        var surroundings = try surroundings
        let address = try #require(IPAddress("fe80::1"))
        surroundings.interfaces.append(Interface(name: "eth0", address: address, scope: 2))

        let (_, setup) = try surroundings.make(Bind.self, "bind eth0")

        #expect(setup.addresses.map(\.description) == ["192.0.2.1", "2001:db8::1"])
    }

    @Test(arguments: [
        (
            "bind 192.0.2.9 {\n  xdp\n}",
            "Corefile:2:3: 'xdp' wants an interface or the address of one; 192.0.2.9 belongs to none"
        ),
        ("bind lo {\n  xdp yes\n}", "Corefile:2:7: 'xdp' takes no argument"),
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
