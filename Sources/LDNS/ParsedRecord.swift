// SPDX-License-Identifier: Apache-2.0

internal import CLDNS

/// The data of one record, read by libldns and freed when its one owner lets go.
///
/// The owner, TTL and class of a record are not its business: they are the root, 0 and IN.
@safe package struct ParsedRecord: ~Copyable {
    /// The longest text of a record's data, in bytes; libldns has room for 65,535 with the rest.
    package static let maximumTextByteCount = 65_000
    /// The longest data in wire form, in bytes (RFC 1035 §3.2.1).
    package static let maximumDataByteCount = 65_535
    /// The longest name in wire form, in bytes; libldns does not look when it adds an origin.
    private static let maximumNameByteCount = 255

    private let record: UnsafeMutablePointer<ldns_rr>
    /// The number of the record's type.
    package let type: UInt16

    /// Reads the data of a record of type `type` from its text in a master file (RFC 1035 §5.1).
    ///
    /// `text`: one line, without comments. A byte that libldns must never see (a line's end, NUL, a
    ///   parenthesis; others than printable ones and tabs) is an error.
    /// `origin`: the wire form of the name that relative names in the data end in.
    package static func reading(
        type: UInt16,
        text: [UInt8],
        origin: [UInt8]
    ) throws(LDNSError) -> ParsedRecord {
        guard text.count <= maximumTextByteCount else {
            throw LDNSError(
                "the data is longer than \(Self.maximumTextByteCount) bytes of text; split it"
            )
        }
        guard text.allSatisfy(Self.isHarmless) else {
            throw LDNSError("a byte that must be escaped, as in \\013, stands in the data")
        }
        guard let form = RecordTypeName.textForm(of: type) else {
            throw LDNSError(
                "the type has no text form here; write its data as '\\# LENGTH HEXADECIMAL'"
            )
        }
        guard let end = DomainName(origin) else {
            throw LDNSError("the origin is no name in wire form")
        }
        let line = Array(". 0 IN TYPE\(form) ".utf8) + text + [0]
        var parsed: UnsafeMutablePointer<ldns_rr>?
        // SAFETY: the line ends with a zero byte and holds no other, and `end` outlives the call.
        let status = unsafe line.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe ldns_rr_new_frm_str(&parsed, start, 0, end.pointer, nil)
        }
        let record = try unsafe taking(parsed, status, type: type)
        // Owned from here: a throw frees it.
        try record.checkNames()
        return record
    }

    /// Reads the data of a record from its wire form, names uncompressed.
    package static func decoding(
        type: UInt16,
        data: [UInt8]
    ) throws(LDNSError) -> ParsedRecord {
        guard data.count <= Self.maximumDataByteCount else {
            throw LDNSError("the data is longer than \(Self.maximumDataByteCount) bytes")
        }
        var wire: [UInt8] = [0, UInt8(type >> 8), UInt8(type & 0xFF), 0, 1, 0, 0, 0, 0]
        wire += [UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
        var parsed: UnsafeMutablePointer<ldns_rr>?
        var offset = 0
        // SAFETY: libldns reads inside the count that it is given.
        let status = unsafe wire.withUnsafeBufferPointer { bytes in
            unsafe ldns_wire2rr(
                &parsed,
                bytes.baseAddress,
                bytes.count,
                &offset,
                LDNS_SECTION_ANSWER
            )
        }
        let record = try unsafe taking(parsed, status, type: type)
        guard offset == wire.count, record.data == data else {
            throw LDNSError("the data does not fit its type")
        }
        return record
    }

    /// Takes what libldns made, or throws what it said.
    private static func taking(
        _ parsed: UnsafeMutablePointer<ldns_rr>?,
        _ status: ldns_status,
        type: UInt16
    ) throws(LDNSError) -> ParsedRecord {
        guard status == LDNS_STATUS_OK, let parsed = unsafe parsed else {
            // SAFETY: after a failure libldns has freed the record, or never made one.
            throw LDNSError(status: status)
        }
        return unsafe ParsedRecord(parsed, type: type)
    }

    /// Becomes the one owner of `record`.
    private init(_ record: UnsafeMutablePointer<ldns_rr>, type: UInt16) {
        unsafe self.record = record
        self.type = type
    }

    deinit {
        // SAFETY: the record was handed over to `taking`, and nobody else holds it.
        unsafe ldns_rr_free(record)
    }

    /// Whether libldns may see `byte` in the text of data.
    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"): false
        case 0x09, 0x20...0x7E: true
        default: false
        }
    }

    /// Makes sure that no name has become too long by its origin.
    private func checkNames() throws(LDNSError) {
        // SAFETY: fields are asked for below their count only, and live as long as the record.
        for index in 0..<(unsafe ldns_rr_rd_count(record)) {
            guard let field = unsafe ldns_rr_rdf(record, index) else { continue }
            if unsafe ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME,
                unsafe ldns_rdf_size(field) > Self.maximumNameByteCount
            {
                throw LDNSError("a name is longer than \(Self.maximumNameByteCount) bytes")
            }
        }
    }

    /// The data in wire form, names uncompressed.
    package var data: [UInt8] {
        var data: [UInt8] = []
        // SAFETY: fields are asked for below their count only, and copied before they can go.
        for index in 0..<(unsafe ldns_rr_rd_count(record)) {
            guard let field = unsafe ldns_rr_rdf(record, index),
                let start = unsafe ldns_rdf_data(field)
            else { continue }
            let count = unsafe ldns_rdf_size(field)
            unsafe data.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
        }
        return data
    }

    /// The data as text, in libldns's form.
    package var text: String {
        // SAFETY: the text is ours, ends with a zero byte, and is freed once it is copied.
        guard let text = unsafe ldns_rr2str(record) else { return "" }
        defer { unsafe free(text) }
        let fields = unsafe String(cString: text).split(
            separator: "\t",
            maxSplits: 4,
            omittingEmptySubsequences: false
        )
        guard fields.count == 5 else { return "" }
        return String(fields[4].prefix { $0 != "\n" })
    }
}

/// A name in libldns's form.
@safe struct DomainName: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_rdf>

    /// A copy of the uncompressed wire form `bytes`; nil when they are none.
    init?(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count, bytes[offset] != 0, bytes[offset] < 64 {
            offset += Int(bytes[offset]) + 1
        }
        guard offset == bytes.count - 1, bytes[offset] == 0, bytes.count <= 255 else { return nil }
        // SAFETY: libldns copies as many bytes as it is told that there are.
        let made = unsafe bytes.withUnsafeBytes { bytes in
            unsafe ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, bytes.count, bytes.baseAddress)
        }
        guard let made = unsafe made else { return nil }
        unsafe pointer = made
    }

    deinit {
        // SAFETY: it was made in `init`, and nobody else holds it.
        unsafe ldns_rdf_deep_free(pointer)
    }
}
