// SPDX-License-Identifier: Apache-2.0

import Plugin
import Testing
import Wire

@testable import Plugins

@Suite struct LogFormatTests {
    private func line(_ format: String, seconds: UInt64 = 0, nanoseconds: UInt64 = 0) throws
        -> String
    {
        var asked = try query("A.example", .srv)
        asked.transport = .tcp
        asked.client = Endpoint(IPAddress(v6High: 0x2001_0DB8 << 32, low: 1), port: 9)
        asked.options = ClientOptions(udpByteCount: 4_096, wantsSignatures: true)
        let report = SentReport(
            code: .nameError,
            flags: [.response, .truncated, .recursionAvailable, .authenticData, .checkingDisabled],
            hasAnswers: false,
            byteCount: 70,
            answeringPlugin: 0,
            durationNanoseconds: seconds * 1_000_000_000 + nanoseconds
        )
        return LogFormat(format).line(asked, report)
    }

    @Test(arguments: [
        ("{remote}:{port}", "[2001:db8::1]:9"),
        ("{local} {proto} {class} {type} {name}", "127.0.0.1 tcp IN SRV a.example."),
        ("{size} {rsize} {rcode}", "27 70 NXDOMAIN"),
        ("{>rflags}", "qr,tc,ra,ad,cd"),
        ("{>bufsize} {>do} {>id} {>opcode}", "65535 true 4660 0"),
        ("{/kubernetes/endpoint}", "-"),
        ("{nothing} {", "{nothing} {"),
        ("a{name", "a{name"),
        ("}{type}{", "}SRV{"),
        (
            "{combined}",
            "[2001:db8::1]:9 - 4660 \"SRV IN a.example. tcp 27 true 65535\" NXDOMAIN "
                + "qr,tc,ra,ad,cd 70 0s \"0\""
        ),
        (
            "<{common}>",
            "<[2001:db8::1]:9 - 4660 \"SRV IN a.example. tcp 27 true 65535\" NXDOMAIN "
                + "qr,tc,ra,ad,cd 70 0s>"
        ),
    ])
    func putsValuesInPlaceOfPlaceholders(format: String, expected: String) throws {
        #expect(try line(format) == expected)
    }

    @Test(
        arguments: [
            (0, 1, "0.000000001s"), (1, 0, "1s"), (12, 500_000_000, "12.5s"),
            (0, 211_666, "0.000211666s"),
        ] as [(UInt64, UInt64, String)]
    )
    func writesSecondsAsPlainDecimals(seconds: UInt64, nanoseconds: UInt64, text: String) throws {
        #expect(try line("{duration}", seconds: seconds, nanoseconds: nanoseconds) == text)
    }
}
