// SPDX-License-Identifier: Apache-2.0

import Posix
import Synchronization
import Wire

/// An upstream with forgers around it: each question gets replies that tell an address which is not
/// the right one, and the right reply among them.
///
/// It knows what forgers have to guess, and gets one thing wrong each time.
final class ForgingUpstream: Sendable {
    /// What is wrong with a forged reply.
    enum Forgery: CaseIterable {
        case id, question, server, port, letterCase, late
    }

    /// How many forged replies of each kind a question gets; of those with another case only every
    /// `caseShare`th gets one, since it has to be asked again over TCP then.
    static let perKindCount = 4
    static let caseShare = 8
    /// The address that forgers tell: none of those that are right.
    static let lie: UInt32 = 0x0606_0606
    /// The questions of one connection.
    private static let maximumMessageByteCount = 1_232

    /// What the thread and others look at.
    private final class Shared: Sendable {
        let isForging = Atomic<Bool>(false)
        let forgedCount = Atomic<Int>(0)
        let askedCount = Atomic<Int>(0)
        let isEnding = Atomic<Bool>(false)
    }

    let endpoint: Endpoint
    private let shared = Shared()
    private let wakeup: Wakeup
    private let thread: Mutex<Thread?>

    init() throws(SystemError) {
        let places = try ForgingSockets.open()
        let wakeup = try Wakeup()
        endpoint = places.datagrams.local
        self.wakeup = wakeup
        let shared = shared
        let started = try Thread(name: "forger") {
            do {
                var loop = try ForgingLoop(places, wakeup)
                while !shared.isEnding.load(ordering: .acquiring) {
                    let counts = try loop.step { shared.isForging.load(ordering: .relaxed) }
                    shared.askedCount.add(counts.asked, ordering: .relaxed)
                    shared.forgedCount.add(counts.forged, ordering: .relaxed)
                }
            } catch {
                Process.write("bench: the upstream ended: \(error)\n", toError: true)
            }
        }
        thread = Mutex(started)
    }

    deinit {
        shared.isEnding.store(true, ordering: .releasing)
        wakeup.wake()
        if let thread = thread.withLock({ $0.take() }) { thread.join() }
    }

    /// Whether forgers are about.
    var isForging: Bool {
        get { shared.isForging.load(ordering: .relaxed) }
        set { shared.isForging.store(newValue, ordering: .relaxed) }
    }

    /// The forged replies that were sent.
    var forgedCount: Int { shared.forgedCount.load(ordering: .relaxed) }
    /// The questions that came, over UDP and TCP.
    var askedCount: Int { shared.askedCount.load(ordering: .relaxed) }

    /// Makes a right reply, so many bytes of `slot`, one that is wrong in one thing.
    static func forge(
        _ slot: inout MutableSpan<UInt8>,
        _ byteCount: Int,
        _ forgery: Forgery,
        _ number: Int
    ) {
        guard byteCount > Header.byteCount,
            let end = try? slot.span.nameEnd(at: Header.byteCount), end + 20 <= byteCount
        else { return }
        slot.set32(lie, at: end + 16)
        switch forgery {
        case .id: slot[1] ^= UInt8(truncatingIfNeeded: 1 + number % 255)
        case .question: slot[ForwardName.digitPlace + number % 4] ^= 1
        case .letterCase: slot[Header.byteCount + 1] ^= 0x20
        case .server, .port, .late: break
        }
    }
}

/// The sockets of an upstream and of the forgers around it.
final class ForgingSockets: Sendable {
    /// How many ports are tried that UDP and TCP shall both have.
    private static let maximumAttempts = 16

    let datagrams: UDPSocket
    let listener: TCPListener
    /// The upstream's port at another address, and another port at its address.
    let otherServer: UDPSocket
    let otherPort: UDPSocket

    private init() throws(SystemError) {
        let place = Endpoint(IPAddress(v4: 0x7F00_0001), port: 0)
        let datagrams = try UDPSocket(binding: place, sharingPort: false)
        let other = Endpoint(IPAddress(v4: 0x7F00_0002), port: datagrams.local.port)
        let listener = try TCPListener(binding: datagrams.local, sharingPort: false)
        let otherServer = try UDPSocket(binding: other, sharingPort: false)
        otherPort = try UDPSocket(binding: place, sharingPort: false)
        self.datagrams = datagrams
        self.listener = listener
        self.otherServer = otherServer
    }

    /// Opens them all, at ports that are free.
    static func open() throws(SystemError) -> ForgingSockets {
        for _ in 1..<maximumAttempts {
            do throws(SystemError) {
                return try ForgingSockets()
            } catch {
                guard error.isAddressInUse else { throw error }
            }
        }
        return try ForgingSockets()
    }
}
