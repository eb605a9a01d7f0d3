// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Plugins

@Suite struct ServiceHintsTests {
    /// Priority 1, the target `.`, and parameters.
    private func data(_ parameters: [UInt8]) -> [UInt8] { [0, 1, 0] + parameters }

    private static let alpn: [UInt8] = [0, 1, 0, 3, 2, 0x68, 0x32]
    private static let v4: [UInt8] = [0, 4, 0, 4, 192, 0, 2, 1]
    private static let v6: [UInt8] = [0, 6, 0, 16] + [UInt8](repeating: 1, count: 16)

    @Test func findsTheHintsOfEachFamily() {
        let bytes = data(Self.alpn + Self.v4 + Self.v6)

        #expect(ServiceHints(bytes.span, hintsFor: .a).place == 10..<18)
        #expect(ServiceHints(bytes.span, hintsFor: .aaaa).place == 18..<38)
        #expect(!ServiceHints(bytes.span, hintsFor: .a).areMandatory)
    }

    @Test(arguments: [
        ([0, 0, 0, 2, 0, 6], true), ([0, 0, 0, 4, 0, 1, 0, 6], true), ([0, 0, 0, 2, 0, 4], false),
        ([0, 0, 0, 1, 0], false), ([0, 0, 0, 0], false), ([0, 0, 0, 3, 0, 4, 0], false),
    ])
    func seesWhatIsMandatory(list: [UInt8], isMandatory: Bool) {
        let bytes = data(list + Self.v4 + Self.v6)

        #expect(ServiceHints(bytes.span, hintsFor: .aaaa).areMandatory == isMandatory)
    }

    @Test func readsNothingBehindACut() {
        let whole = data(Self.v4 + Self.v6)
        for length in 0..<whole.count {
            let bytes = Array(whole.prefix(length))

            #expect(ServiceHints(bytes.span, hintsFor: .aaaa).place == nil)
        }
    }

    @Test func skipsTheTarget() {
        let bytes: [UInt8] = [0, 1, 3, 0x61, 0x62, 0x63, 0] + Self.v4

        #expect(ServiceHints(bytes.span, hintsFor: .a).place == 7..<15)
    }
}
