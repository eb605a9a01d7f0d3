// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// One look-up of the addresses of an upstream that is given by its name.
///
/// Resolvers are asked one after the other for what none before has answered, over UDP with mixed
/// case, and over TCP where a reply was cut or its case changed. Nothing in it waits longer than the
/// resolvers have time for together.
struct HostLookup: Sendable {
    /// How long one resolver is waited for, in milliseconds.
    static let attemptMilliseconds: UInt64 = 1_000
    /// The most addresses of each family that are taken of one name.
    static let maximumAddressCount = 16
    /// How many aliases are followed from the name to its addresses.
    static let maximumAliasCount = 8

    let name: Name
    /// Who is asked.
    let resolvers: [Endpoint]
    /// A, AAAA or both.
    let types: [RecordType]

    /// What was found of one type.
    enum Finding: Equatable, Sendable {
        /// Addresses, and for how many seconds they hold.
        case addresses([IPAddress], ttl: UInt32)
        /// There are none.
        case nothing
        /// Nobody could say: why.
        case failure(String)

        /// Whether no resolver has answered.
        var isOpen: Bool {
            if case .failure = self { return true }
            return false
        }
    }

    /// Asks until each type is found or every resolver was asked; the findings have the order of the
    /// types.
    func run(_ desk: any Desk) async -> [Finding] {
        var findings = types.map { _ in Finding.failure("there is no resolver to ask") }
        for resolver in resolvers where findings.contains(where: \.isOpen) {
            await ask(resolver, desk, &findings)
        }
        return findings
    }

    /// Asks one resolver for what is still open, side by side.
    private func ask(_ resolver: Endpoint, _ desk: any Desk, _ findings: inout [Finding]) async {
        let end = desk.now.adding(milliseconds: Self.attemptMilliseconds)
        var contest = Contest()
        var openCount = 0
        for place in types.indices where findings[place].isOpen {
            guard let message = question(types[place]) else { continue }
            findings[place] = .failure("\(resolver): i/o timeout")
            let exchange = Exchange(
                upstream: resolver,
                transport: .udp,
                message: message,
                deadline: end,
                mixesCase: true
            )
            desk.begin(exchange, tag: place, in: &contest)
            openCount += 1
        }
        // LIMIT: each turn ends an exchange; each type has one over UDP and one over TCP.
        while openCount > 0, let news = await desk.news(of: contest, until: end) {
            openCount -= 1
            let place = news.tag % types.count
            if news.tag < types.count, Self.wantsStream(news.reply),
                let message = question(types[place])
            {
                let exchange = Exchange(
                    upstream: resolver,
                    transport: .tcp,
                    message: message,
                    deadline: end
                )
                desk.begin(exchange, tag: types.count + place, in: &contest)
                openCount += 1
            } else {
                findings[place] = read(news.reply, types[place], of: resolver)
            }
        }
        desk.leave(contest, until: end, to: nil)
    }

    /// The question whole, its id still open; nil never, as a name fits into a message.
    private func question(_ type: RecordType) -> [UInt8]? {
        var message = Message(header: Header(id: 0, flags: .recursionDesired))
        message.questions = [Question(name, type)]
        return try? message.encoded()
    }

    /// Whether what came over UDP is to be asked for again over TCP.
    private static func wantsStream(_ reply: Reply) -> Bool {
        switch reply {
        case .changedCase: true
        case .message(let bytes):
            (try? Header(parsing: bytes.span))?.flags.contains(.truncated) == true
        case .plainMessage, .timeout, .failure: false
        }
    }

    /// What a reply says.
    private func read(_ reply: Reply, _ type: RecordType, of resolver: Endpoint) -> Finding {
        switch reply {
        case .message(let bytes), .plainMessage(let bytes):
            guard let message = try? Message(parsing: bytes.span) else {
                return .failure("\(resolver): the reply is no message")
            }
            switch message.code {
            case .noError: return addresses(in: message.answers, type)
            case .nameError: return .nothing
            default: return .failure("\(resolver): \(message.code)")
            }
        case .changedCase: return .failure("\(resolver): the question came back in another case")
        case .timeout: return .failure("\(resolver): i/o timeout")
        case .failure(let text): return .failure("\(resolver): \(text)")
        }
    }

    /// The addresses that the name leads to.
    private func addresses(in answers: [Record], _ type: RecordType) -> Finding {
        var owner = name.lowercased
        var ttl = UInt32.max
        for _ in 0...Self.maximumAliasCount {
            let own = answers.filter { $0.owner.lowercased == owner }
            let found = own.filter { $0.type == type }
            let addresses = found.compactMap { IPAddress(bytes: $0.data.span) }
                .filter { !$0.isUnspecified }
            if !addresses.isEmpty {
                ttl = found.reduce(ttl) { min($0, $1.ttl) }
                return .addresses(Array(addresses.prefix(Self.maximumAddressCount)), ttl: ttl)
            }
            guard let alias = own.first(where: { $0.type == .cname }),
                let target = try? Name(wire: alias.data.span)
            else { return .nothing }
            ttl = min(ttl, alias.ttl)
            owner = target.lowercased
        }
        return .nothing
    }
}
