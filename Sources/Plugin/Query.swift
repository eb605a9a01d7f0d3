// SPDX-License-Identifier: Apache-2.0

import Wire

/// How a query came.
package enum Transport: UInt8, Hashable, Sendable {
    case udp
    case tcp

    /// The transport as logs and metrics spell it.
    package var name: String { self == .udp ? "udp" : "tcp" }
}

/// What the client's OPT record says (RFC 6891 §6.1).
package struct ClientOptions: Hashable, Sendable {
    /// The largest UDP message that the client takes, in bytes, as it said.
    package var udpByteCount: UInt16
    package var version: UInt8
    /// DO: the client wants DNSSEC records (RFC 3225).
    package var wantsSignatures: Bool
    /// The client asks for the server's identifier (RFC 5001).
    package var wantsIdentifier: Bool
    /// There is an option that the answer may depend on: the client's network (RFC 7871), or one
    /// that is not known here.
    package var asksSpecially = false

    package init(
        udpByteCount: UInt16,
        version: UInt8 = 0,
        wantsSignatures: Bool = false,
        wantsIdentifier: Bool = false
    ) {
        self.udpByteCount = udpByteCount
        self.version = version
        self.wantsSignatures = wantsSignatures
        self.wantsIdentifier = wantsIdentifier
    }
}

/// One question of one client, read once and trusted from then on.
///
/// It is read in place, so that no reference is counted; copying it allocates, so that it is left to
/// `copied`, and nothing copies it unseen.
package struct Query: ~Copyable, Sendable {
    package var header: Header
    /// The name asked for.
    package var name: QueryName
    package var type: RecordType
    package var recordClass: RecordClass
    /// What the client's OPT record says; nil when it sent none.
    package var options: ClientOptions?
    /// The length of the query in bytes.
    package var byteCount: Int

    package var transport: Transport
    package var client: Endpoint
    /// The address and port that the query was sent to.
    package var local: Endpoint
    /// When it came.
    package var received: Moment
    /// 64 random bits of its own, for whatever is to be spread.
    package var randomBits: UInt64
    /// The index of the worker that serves it.
    package var worker: Int
    /// How many look-ups led to this one; 0 for a client's own question.
    package var depth: Int
    /// The label of `name` at which the zone of the server block begins.
    package var zoneLabel: Int
    /// That zone's place among those of its server block, each counted at each of its ports.
    package var zonePlace: Int

    package init(
        header: Header,
        name: consuming QueryName,
        type: RecordType,
        recordClass: RecordClass
    ) {
        self.header = header
        self.name = name
        self.type = type
        self.recordClass = recordClass
        options = nil
        byteCount = 0
        transport = .udp
        client = Endpoint(IPAddress(v4: 0), port: 0)
        local = Endpoint(IPAddress(v4: 0), port: 0)
        received = Moment(nanoseconds: 0)
        randomBits = 0
        worker = 0
        depth = 0
        zoneLabel = 0
        zonePlace = 0
    }

    /// A query that nothing was read into.
    package init() {
        self.init(
            header: Header(id: 0, flags: Flags()),
            name: QueryName(),
            type: RecordType(rawValue: 0),
            recordClass: RecordClass(rawValue: 0)
        )
    }

    /// The same query once more.
    package func copied() -> Query { renamed(name.copied()) }

    /// The same query for another name.
    package func renamed(_ name: consuming QueryName) -> Query {
        var query = Query(header: header, name: name, type: type, recordClass: recordClass)
        query.options = options
        query.byteCount = byteCount
        query.transport = transport
        query.client = client
        query.local = local
        query.received = received
        query.randomBits = randomBits
        query.worker = worker
        query.depth = depth
        query.zoneLabel = zoneLabel
        query.zonePlace = zonePlace
        return query
    }

    /// The question as a value of tables; it allocates.
    package var question: Question { Question(name.name, type, recordClass) }

    /// The question's length on the wire, in bytes.
    package var questionByteCount: Int { name.byteCount + 4 }
}
