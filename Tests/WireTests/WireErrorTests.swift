// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@Suite struct WireErrorTests {
    @Test(arguments: [
        WireError.truncated(offset: 7), .badLabel(offset: 7), .badPointer(offset: 7),
        .nameTooLong(offset: 7), .badData(offset: 7), .emptyLabel(offset: 7),
        .badEscape(offset: 7),
    ])
    func saysWhere(error: WireError) {
        #expect(error.description.hasPrefix("byte 7: "))
    }
}
