// SPDX-License-Identifier: Apache-2.0

internal import CMicrohttpd

/// A few pages over HTTP/1.1, served by whoever polls.
///
/// It has no thread of its own: poll `descriptor`, and call `run` when it is readable or when
/// `timeoutMilliseconds` have passed. Pages are made synchronously inside `run`. Each connection
/// carries one request and is then closed, and time is what `run` is told, so that no client can
/// stay by sending a byte now and then.
@safe package struct HTTPServer: ~Copyable {
    /// How many connections there are at most; the one that waited longest makes room.
    package static let maximumConnections = 32
    /// What a request's line and headers may take, with what the library needs beside them.
    package static let maximumRequestByteCount = 8_192
    /// How long a client may take to ask, and then again to read what it is given.
    package static let maximumPatienceNanoseconds: UInt64 = 5_000_000_000

    private let daemon: OpaquePointer
    private let visitors: Visitors

    /// Becomes readable when there is something to do.
    package let descriptor: CInt
    /// The port that it listens on, in host byte order; chosen by the kernel when 0 was asked for.
    package let port: UInt16

    /// Listens and is ready to run.
    ///
    /// The address has 4 or 16 bytes; an empty one stands for all addresses of both families.
    /// `answer` is called for every request that came in whole, inside `run`; it must not wait.
    package init(
        address: [UInt8],
        scope: UInt32 = 0,
        port: UInt16,
        answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPError) {
        guard [0, 4, 16].contains(address.count) else {
            throw HTTPError(step: .address, code: 0, reason: "")
        }
        // SAFETY: the address is read during the call only, and its count goes with it.
        let listener = unsafe apus_http_listen(address, address.count, scope, port)
        guard listener >= 0 else { throw HTTPError(.listen, code: -listener) }

        let visitors = Visitors(answer: answer)
        // SAFETY: the library hands the pointer back to the two functions below, and calls them
        // inside MHD_run and MHD_stop_daemon only: while `self`, which owns `visitors`, is alive.
        let context = unsafe Unmanaged.passUnretained(visitors).toOpaque()
        // SAFETY: the options in the shim match their types; nil is checked.
        let daemon = unsafe apus_http_start(
            listener,
            UInt32(Self.maximumConnections),
            Self.maximumRequestByteCount,
            answerRequest,
            noteConnection,
            context
        )
        guard let daemon = unsafe daemon else {
            throw HTTPError(step: .start, code: 0, reason: "")
        }
        unsafe self.daemon = daemon
        self.visitors = visitors
        // SAFETY: the daemon was started with epoll and lives as long as `self`.
        descriptor = unsafe apus_http_epoll(daemon)
        self.port = apus_http_port(listener)
    }

    /// Does all that can be done now: accepts, reads, answers, writes, and cuts who is too slow.
    ///
    /// - Parameter nowNanoseconds: the time on a clock that never goes back.
    package func run(nowNanoseconds: UInt64) {
        visitors.now = nowNanoseconds
        // LIMIT: a few rounds; under a flood `timeoutMilliseconds` asks for the next ones.
        for _ in 0..<4 {
            let wasFull = visitors.isFull
            // SAFETY: the daemon lives as long as `self`. The result only tells of a wrong mode.
            _ = unsafe MHD_run(daemon)
            let hasCut = visitors.cutOverdue()
            // The library listens again only in a run that begins with a free place.
            visitors.mustRunAgain = hasCut || wasFull || visitors.isFull
            if !visitors.mustRunAgain { return }
        }
    }

    /// After how long `run` must be called although `descriptor` is not readable; nil for never.
    package func timeoutMilliseconds(nowNanoseconds: UInt64) -> Int? {
        var milliseconds: UInt64 = 0
        // SAFETY: the daemon lives as long as `self`; the number is written during the call.
        let hasTimeout = unsafe MHD_get_timeout(daemon, &milliseconds) == .YES
        let own = visitors.timeoutMilliseconds(nowNanoseconds: nowNanoseconds)
        guard hasTimeout else { return own }
        let theirs = Int(min(milliseconds, 86_400_000))
        return own.map { min($0, theirs) } ?? theirs
    }

    /// How many connections are open.
    package var connectionCount: Int { visitors.count }

    /// Stops listening and closes all connections, as letting go of the server does.
    package consuming func close() {}

    deinit {
        // SAFETY: started in `init`, stopped once; calls `noteConnection` for open connections.
        withExtendedLifetime(visitors) { unsafe MHD_stop_daemon(daemon) }
    }
}

extension HTTPError {
    /// A failure with its errno.
    init(_ step: Step, code: CInt) {
        // SAFETY: strerror always returns a string, which is copied before the next call.
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        self.init(step: step, code: code, reason: reason)
    }
}

/// Called by the library once when the headers are read, for each piece of a body, and at the end.
private func answerRequest(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    path: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?,
    version: UnsafePointer<CChar>?,
    body: UnsafePointer<CChar>?,
    bodyByteCount: UnsafeMutablePointer<Int>?,
    mark: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    // SAFETY: the pointers are the library's promise for the time of this call; `context` is the
    // `Visitors` that `init` passed. The mark is only compared with nil, never followed.
    guard let context = unsafe context, let connection = unsafe connection,
        let path = unsafe path, let method = unsafe method, let mark = unsafe mark,
        let bodyByteCount = unsafe bodyByteCount
    else { return .NO }
    if unsafe mark.pointee == nil {
        unsafe mark.pointee = context
        return .YES
    }
    if unsafe bodyByteCount.pointee > 0 {
        // No page wants a body: it is read and thrown away, within the connection's lifetime.
        unsafe bodyByteCount.pointee = 0
        return .YES
    }
    let visitors = unsafe Unmanaged<Visitors>.fromOpaque(context).takeUnretainedValue()
    let request = unsafe HTTPRequest(
        method: String(cString: method),
        path: String(cString: path)
    )
    unsafe visitors.answered(apus_http_socket(connection))
    return unsafe send(visitors.answer(request), on: connection)
}

/// Queues a response; `.NO` makes the library close the connection.
private func send(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
    var body = response.body
    let count = body.count
    // SAFETY: the library copies the body and the headers before the calls return.
    let made = unsafe MHD_create_response_from_buffer(count, &body, .RESPMEM_MUST_COPY)
    guard let made = unsafe made else { return .NO }
    // SAFETY: made above; this gives up our hold of it, the connection keeps its own.
    defer { unsafe MHD_destroy_response(made) }
    _ = unsafe MHD_add_response_header(made, "Content-Type", response.contentType)
    _ = unsafe MHD_add_response_header(made, "Connection", "close")
    return unsafe MHD_queue_response(connection, response.status, made)
}

/// Called by the library when a connection begins and when it has ended.
private func noteConnection(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    mark: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    event: MHD_ConnectionNotificationCode
) {
    // SAFETY: as in `answerRequest`; the socket is open until this call returns.
    guard let context = unsafe context, let connection = unsafe connection else { return }
    let visitors = unsafe Unmanaged<Visitors>.fromOpaque(context).takeUnretainedValue()
    let socket = unsafe apus_http_socket(connection)
    switch event {
    case .CONNECTION_NOTIFY_STARTED: visitors.began(socket)
    case .CONNECTION_NOTIFY_CLOSED: visitors.ended(socket)
    }
}
