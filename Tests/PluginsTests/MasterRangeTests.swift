// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Plugins

@Suite struct MasterRangeTests {
    @Test(arguments: [
        ("1-3", 3), ("0-0", 1), ("0-100/5", 21), ("0-9/4", 3), ("7-7/2147483647", 1),
        ("0-2147483647", 2_147_483_648),
    ])
    func countsItsNumbers(text: String, count: Int) {
        #expect(MasterRange(Array(text.utf8)[...])?.count == count)
    }

    @Test(arguments: [
        "", "1", "1-", "-1", "3-1", "1-3/0", "1-3/", "1-3/1/1", "1-2-3", "a-b", "0-2147483648",
        "0x1-2", "1-99999999999999999999", "+1-2", "1 -2",
    ])
    func refusesWhatIsNoRange(text: String) {
        #expect(MasterRange(Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: [
        ("host$", "host26"), ("$.$", "26.26"), ("a\\$b$$c", "a$b$c"), ("${0}", "26"),
        ("${-6}", "20"), ("${100,5}", "00126"), ("${0,0,x}", "1a"), ("${0,4,X}", "001A"),
        ("${0,0,o}", "32"), ("${0,0,n}", "a.1"), ("${0,7,N}", "A.1.0.0"), ("a\\.b", "a\\.b"),
        ("plain", "plain"), ("x$", "x26"), ("\\", "\\"), ("", ""),
    ])
    func fillsTemplates(template: String, expected: String) {
        let filled = MasterRange.fill(Array(template.utf8)[...], with: 26)

        #expect(filled.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(arguments: [
        "${", "${}", "${a}", "${0,256}", "${0,1,y}", "${0,1,dd}", "${0,1,d,1}", "${-27}",
        "${2147483647}", "${0,}", "${0,-1}",
    ])
    func refusesWrongTemplates(template: String) {
        #expect(MasterRange.fill(Array(template.utf8)[...], with: 26) == nil)
    }
}
