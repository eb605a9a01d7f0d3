// SPDX-License-Identifier: Apache-2.0

import HTTP
import Plugin
import Posix
import Synchronization
import Wire

/// The HTTP listeners of the control plane: `/health`, `/ready`, `/metrics`.
///
/// An address that the next configuration wants too stays open over the reload.
struct PageServer: ~Copyable {
    /// An address and port with pages.
    struct Place: Hashable {
        let address: IPAddress?
        let port: UInt16
    }

    /// One listener, and the pages it answers from.
    private final class Open {
        let server: HTTPServer
        let pages: PageTable

        init(server: consuming HTTPServer, pages: PageTable) {
            self.server = server
            self.pages = pages
        }
    }

    /// The pages of one listener by path; replaced whole by a reload.
    private final class PageTable: Sendable {
        private let pages: Mutex<[String: Page]>

        init(_ pages: [String: Page]) { self.pages = Mutex(pages) }

        func replace(_ pages: [String: Page]) { self.pages.withLock { $0 = pages } }

        func answer(_ path: String) -> HTTPResponse {
            guard let page = pages.withLock({ $0[path] }) else { return .notFound }
            let response = page.answer()
            return HTTPResponse(
                status: UInt32(clamping: response.status),
                contentType: response.contentType,
                body: Array(response.body.utf8)
            )
        }
    }

    private var open: [Place: Open] = [:]
    private var next: [Place: Open] = [:]

    init() {}

    /// Opens what `pages` need and is not open; what fails leaves everything as it was.
    mutating func prepare(_ pages: [Page]) throws(PageMistake) {
        next = [:]
        for (place, group) in Self.grouped(pages) {
            if let known = open[place] {
                next[place] = known
                continue
            }
            let table = PageTable(Self.table(group))
            do throws(HTTPError) {
                let server = try HTTPServer(
                    address: Self.bytes(place.address),
                    port: place.port,
                    answer: { table.answer($0.path) }
                )
                next[place] = Open(server: server, pages: table)
            } catch {
                let page = group[0]
                next = [:]
                throw PageMistake(
                    text: "\(page.position): \(page.plugin): port \(place.port): \(error)"
                )
            }
        }
    }

    /// Moves to what was prepared.
    mutating func commit(_ pages: [Page], _ poll: borrowing Poll, token: UInt64) {
        for (place, group) in Self.grouped(pages) {
            next[place]?.pages.replace(Self.table(group))
        }
        for (place, opened) in next where open[place] == nil {
            // A page that cannot be polled does not answer; nothing else depends on it.
            try? poll.add(opened.server.descriptor, .input, token: token)
        }
        for (place, old) in open where next[place] == nil { poll.remove(old.server.descriptor) }
        open = next
        next = [:]
    }

    /// Serves what came, when a descriptor `isReady` or the time of `timeoutMilliseconds` is up.
    func run(isReady: Bool, nowNanoseconds: UInt64) {
        guard isReady || timeoutMilliseconds(nowNanoseconds: nowNanoseconds) == 0 else { return }
        for opened in open.values { opened.server.run(nowNanoseconds: nowNanoseconds) }
    }

    /// How long to wait at most before `run` is wanted; nil for without end.
    func timeoutMilliseconds(nowNanoseconds: UInt64) -> Int? {
        open.values.compactMap {
            $0.server.timeoutMilliseconds(nowNanoseconds: nowNanoseconds)
        }.min()
    }

    /// The real port of each page that asked for any.
    func chosenPorts(_ pages: [Page]) -> [(plugin: String, port: UInt16)] {
        pages.filter { $0.port == 0 }.compactMap { page in
            open[Place(address: page.address, port: 0)].map { (page.plugin, $0.server.port) }
        }
    }

    private static func grouped(_ pages: [Page]) -> [(Place, [Page])] {
        var order: [Place] = []
        var groups: [Place: [Page]] = [:]
        for page in pages {
            let place = Place(address: page.address, port: page.port)
            if groups[place] == nil { order.append(place) }
            groups[place, default: []].append(page)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    private static func table(_ pages: [Page]) -> [String: Page] {
        Dictionary(pages.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func bytes(_ address: IPAddress?) -> [UInt8] {
        guard let address else { return [] }
        return (0..<address.byteCount).map { address.byte(at: $0) }
    }
}

/// A page that cannot be served, with the place in the Corefile that asks for it.
struct PageMistake: Error {
    let text: String
}
