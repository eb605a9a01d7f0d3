// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import Wire

@testable import Posix

@Suite struct ConnectedUDPSocketTests {
    @Test func hearsOnlyItsUpstream() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let forger = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        var batch = MessageBatch(slotByteCount: 16)

        batch.append(count: 1, of: 66, to: socket.local)
        let forgedFailureCount = forger.send(&batch)
        batch.append(count: 1, of: 1, to: socket.local)
        _ = upstream.send(&batch)

        #expect(forgedFailureCount == 0)
        #expect(try socket.next() == [1])
        #expect(try socket.receive() == nil)
    }

    @Test func leavesFromThePortItIsGiven() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let free: UInt16
        do {
            let taken = try UDPSocket(
                binding: Endpoint(Loopback.anyV4, port: 0),
                sharingPort: false
            )
            free = taken.local.port
            let error = #expect(throws: SystemError.self) {
                _ = try ConnectedUDPSocket(to: upstream.local, fromPort: free)
            }
            #expect(error?.isAddressInUse == true)
        }

        let socket = try ConnectedUDPSocket(to: upstream.local, fromPort: free)

        #expect(socket.local.port == free)
    }

    @Test func leavesFromTheAddressItIsGiven() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)

        let socket = try ConnectedUDPSocket(to: upstream.local, of: Loopback.v4(2))

        #expect(socket.local.address == Loopback.v4(2))
        #expect(socket.local.port != 0)
    }

    @Test func saysThatAnAddressIsNotThisMachines() throws {
        let upstream = Endpoint(IPAddress(v4: 0xC000_0235), port: 53)
        let error = #expect(throws: SystemError.self) {
            _ = try ConnectedUDPSocket(to: upstream, of: IPAddress(v4: 0xC000_0209))
        }

        #expect(error?.code == EADDRNOTAVAIL)
    }

    @Test(.enabled(if: Loopback.hasIPv6)) func leavesIPv4AloneOnAPortOfIPv6() throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v6, port: 0), sharingPort: false)
        let taken = try UDPSocket(binding: Endpoint(Loopback.v4(20), port: 0), sharingPort: false)

        let socket = try ConnectedUDPSocket(to: upstream.local, fromPort: taken.local.port)

        #expect(socket.local == Endpoint(Loopback.v6, port: taken.local.port))
    }

    @Test func saysThatNobodyListens() throws {
        let place: Endpoint
        do {
            place = try UDPSocket(binding: Endpoint(Loopback.v4(21), port: 0), sharingPort: false)
                .local
        }
        let socket = try ConnectedUDPSocket(to: place)
        try socket.send([1])
        try Loopback.wait(socket.number)

        #expect(throws: SystemError(call: "recv", code: ECONNREFUSED)) { try socket.receive() }
    }

    @Test("Datagrams of every size come whole", arguments: [0, 1, 512, 4_096, 65_507])
    func comesWhole(byteCount: Int) throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        let message = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
        try socket.send(message)
        var received = MessageBatch(slotByteCount: ConnectedUDPSocket.maximumByteCount)
        var sent = MessageBatch(slotByteCount: ConnectedUDPSocket.maximumByteCount)
        try upstream.next(into: &received)

        #expect(received.bytes(at: 0) == message)
        #expect(received.isCut(at: 0) == false)
        guard byteCount > 0 else { return }
        sent.append(
            copying: message.span,
            to: socket.local,
            isMapped: false,
            from: nil,
            interface: 0
        )
        _ = upstream.send(&sent)
        #expect(try socket.next() == message)
    }

    @Test("Together or one by one", arguments: [true, false])
    func sendsAndReceivesManyAtOnce(joins: Bool) throws {
        var joins = joins
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        try socket.makeRoom()
        var sent = MessageBatch(slotByteCount: 64)
        var received = MessageBatch(slotByteCount: 64)
        for number in 0..<UInt8(MessageBatch.maximumCount) {
            let isTaken = sent.append(copying: [number, 1].span)
            #expect(isTaken)
        }
        let isTaken = sent.append(copying: [1].span)
        #expect(!isTaken)
        let trouble = socket.send(&sent, joining: &joins)

        #expect(trouble == MessageBatch.Trouble())
        #expect(sent.count == 0)
        var came = 0
        while came < MessageBatch.maximumCount {
            try upstream.next(into: &received)
            for index in 0..<received.count {
                sent.append(answering: received, at: index, from: nil, interface: 0) { slot in
                    slot[0] = received.message(at: index)[0]
                    return 1
                }
            }
            came += received.count
            _ = upstream.send(&sent)
        }
        var answers: [UInt8] = []
        while answers.count < MessageBatch.maximumCount {
            try Loopback.wait(socket.number)
            try socket.receive(into: &received)
            for index in 0..<received.count { answers.append(received.message(at: index)[0]) }
        }
        #expect(answers == (0..<UInt8(MessageBatch.maximumCount)).map { $0 })
    }

    @Test func takesNoMessageThatIsLongerThanASlot() throws {
        var batch = MessageBatch(slotByteCount: 4)
        let isTaken = batch.append(copying: [1, 2, 3, 4].span)
        let isTooLong = !batch.append(copying: [1, 2, 3, 4, 5].span)

        #expect(isTaken && isTooLong)
        #expect(batch.count == 1)
    }

    @Test("Together or one by one", arguments: [true, false])
    func sendsWhatFollowsADatagramThatBounced(joins: Bool) throws {
        var joins = joins
        let place: Endpoint
        do {
            place = try UDPSocket(binding: Endpoint(Loopback.v4(22), port: 0), sharingPort: false)
                .local
        }
        let socket = try ConnectedUDPSocket(to: place)
        try socket.send([1])
        try Loopback.wait(socket.number)
        let upstream = try UDPSocket(binding: place, sharingPort: false)
        var batch = MessageBatch(slotByteCount: 16)
        batch.append(copying: [2].span)
        batch.append(copying: [3].span)
        let trouble = socket.send(&batch, joining: &joins)

        #expect(trouble.earlier?.isRefused == true)
        #expect(trouble.unsent == [])
        #expect(trouble.reason == nil)
        var came: [UInt8] = []
        while came.count < 2 {
            try upstream.next(into: &batch)
            for index in 0..<batch.count { came.append(batch.message(at: index)[0]) }
        }
        #expect(came == [2, 3])
    }

    @Test func tellsABatchWhatAnEarlierDatagramMet() throws {
        let place: Endpoint
        do {
            place = try UDPSocket(binding: Endpoint(Loopback.v4(23), port: 0), sharingPort: false)
                .local
        }
        let socket = try ConnectedUDPSocket(to: place)
        var batch = MessageBatch(slotByteCount: 16)
        batch.append(copying: [1].span)
        var joins = true
        _ = socket.send(&batch, joining: &joins)
        try Loopback.wait(socket.number)

        let error = #expect(throws: SystemError.self) { try socket.receive(into: &batch) }
        #expect(error?.isRefused == true)
        #expect(batch.count == 0)
    }

    /// The lengths of messages, in an order; each message is filled with its place.
    @Test(
        "Each datagram comes whole and in its turn, whatever is joined",
        arguments: [
            [2], [2, 2], [2, 3], [3, 3, 2, 2, 2, 3], [1_200, 1_200, 1_201, 1_201],
            [Int](repeating: 1_200, count: 64), [Int](repeating: 1, count: 64),
        ]
    )
    func joins(lengths: [Int]) throws {
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        var batch = MessageBatch(slotByteCount: 1_500)
        var joins = true
        // Twice: nothing of the first batch is left in the second.
        for _ in 0..<2 {
            let messages = lengths.enumerated().map { place, length in
                [UInt8](repeating: UInt8(place), count: length)
            }
            for message in messages { batch.append(copying: message.span) }
            let trouble = socket.send(&batch, joining: &joins)
            #expect(trouble == MessageBatch.Trouble())
            #expect(joins)

            var came: [[UInt8]] = []
            while came.count < messages.count {
                try upstream.next(into: &batch)
                for index in 0..<batch.count { came.append(batch.bytes(at: index)) }
            }
            batch.removeAll()
            #expect(came == messages)
        }
    }

    @Test func tellsWhichDatagramsCouldNotBeSent() throws {
        var joins = true
        let upstream = try UDPSocket(binding: Endpoint(Loopback.v4(), port: 0), sharingPort: false)
        let socket = try ConnectedUDPSocket(to: upstream.local)
        var batch = MessageBatch(slotByteCount: 65_535)
        batch.append(copying: [1].span)
        // More than fits in a datagram of IPv4.
        batch.append(copying: [UInt8](repeating: 0, count: 65_535).span)
        batch.append(copying: [2].span)
        let trouble = socket.send(&batch, joining: &joins)

        #expect(trouble.unsent == [1])
        #expect(trouble.reason?.code == EMSGSIZE)
        #expect(trouble.earlier == nil)
    }
}
