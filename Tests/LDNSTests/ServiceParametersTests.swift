// SPDX-License-Identifier: Apache-2.0

import LDNS
import Testing

@Suite struct ServiceParametersTests {
    /// What is wrong with the parameters, after a priority and the root as target.
    private func mistake(_ parameters: [UInt8], priority: UInt8 = 1) -> String? {
        do throws(LDNSError) {
            try ServiceParameters.check([0, priority, 0] + parameters)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func takesSoundParameters() {
        let alpn: [UInt8] = [0, 1, 0, 3, 2, 0x68, 0x32]
        let port: [UInt8] = [0, 3, 0, 2, 0, 53]

        #expect(mistake([]) == nil)
        #expect(mistake([], priority: 0) == nil)
        #expect(mistake(alpn + port) == nil)
        #expect(mistake([0, 0, 0, 2, 0, 3] + port) == nil)
        #expect(mistake(alpn + [0, 2, 0, 0]) == nil)
        #expect(mistake([0, 4, 0, 4, 192, 0, 2, 1]) == nil)
    }

    @Test(
        arguments: [
            ([0, 3, 0, 2, 0, 53, 0, 3, 0, 2, 0, 54], "key 3 is given twice"),
            ([0, 3, 0, 2, 0, 53, 0, 1, 0, 3, 2, 0x68, 0x32], "keys must be in ascending order"),
            ([0, 0, 0, 2, 0, 3], "key 3 is mandatory but absent"),
            ([0, 0, 0, 2, 0, 0], "'mandatory' must not list itself"),
            ([0, 0, 0, 0], "'mandatory' wants a list of keys"),
            (
                [0, 0, 0, 4, 0, 3, 0, 3, 0, 3, 0, 2, 0, 53],
                "the keys of 'mandatory' must be in ascending order, each once"
            ),
            ([0, 2, 0, 0], "'no-default-alpn' wants 'alpn' beside it"),
            ([0, 3, 0, 1, 53], "the value of key 3 has a wrong length"),
            ([0, 4, 0, 3, 1, 2, 3], "the value of key 4 has a wrong length"),
            ([0, 4, 0, 0], "the value of key 4 has a wrong length"),
            ([0, 1, 0, 2, 2, 0x68], "the value of key 1 has a wrong length"),
            ([0, 1, 0, 1, 0], "the value of key 1 has a wrong length"),
            ([255, 255, 0, 0], "key65535 is reserved"),
            ([0, 3, 0], "a parameter is cut"),
            ([0, 3, 0, 2, 0], "a parameter is cut"),
        ] as [([UInt8], String)]
    )
    func saysWhatIsWrong(parameters: [UInt8], text: String) {
        #expect(mistake(parameters) == text)
    }

    @Test func leavesAnAliasNoParameters() {
        #expect(
            mistake([0, 3, 0, 2, 0, 53], priority: 0)
                == "priority 0 (an alias) takes no parameters"
        )
    }

    @Test func refusesDataWithoutATarget() {
        #expect(throws: LDNSError.self) { try ServiceParameters.check([0, 1]) }
    }
}
