// SPDX-License-Identifier: Apache-2.0

import Wire

/// What the data of a type looks like in a master file, for whoever got it wrong.
enum MasterData {
    /// What is wanted behind a type, with an example; nil for types that are rarely written.
    static func wanted(for type: RecordType) -> String? { examples["\(type)"] }

    /// What to say of wrong data; `reason` is the library's.
    static func mistake(of type: RecordType, _ reason: String) -> String {
        guard let wanted = wanted(for: type) else { return "data of \(type): \(reason)" }
        // That the syntax is wrong says nothing that is not in what is wanted.
        let isGeneral = reason.hasPrefix("syntax error")
        return "data of \(type): " + (isGeneral ? "" : reason + "; ") + wanted + " is wanted"
    }

    private static let examples = [
        "A": "an IPv4 address such as 192.0.2.1",
        "AAAA": "an IPv6 address such as 2001:db8::1",
        "CAA": "flags, a tag and quoted text such as 0 issue \"ca.example.net\"",
        "CNAME": "one name such as www.example.org.",
        "DNAME": "one name such as example.net.",
        "DS": "a key tag, an algorithm, a digest type and a hexadecimal digest",
        "HTTPS": "a priority, a name and parameters such as 1 . alpn=h2",
        "MX": "a preference and a name such as 10 mail.example.org.",
        "NAPTR": "order, preference, three quoted texts and a name",
        "NS": "one name such as ns1.example.org.",
        "PTR": "one name such as host.example.org.",
        "SOA": "two names and five numbers such as "
            + "ns1.example.org. admin.example.org. 1 7200 3600 1209600 60",
        "SRV": "priority, weight, port and a name such as 0 5 5060 sip.example.org.",
        "SSHFP": "an algorithm, a fingerprint type and a hexadecimal fingerprint",
        "SVCB": "a priority, a name and parameters such as 1 . alpn=h2",
        "TLSA": "usage, selector, matching type and hexadecimal data",
        "TXT": "texts of at most 255 bytes each, such as \"v=spf1 -all\"",
    ]
}
