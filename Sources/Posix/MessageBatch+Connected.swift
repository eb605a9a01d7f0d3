// SPDX-License-Identifier: Apache-2.0

internal import CSystem
import Glibc

extension MessageBatch {
    /// The longest datagrams that are handed to the system together, in bytes: they and their heads
    /// fit in every network's packets.
    static let maximumJoinedByteCount = 1_200
    /// The most that the system takes together.
    private static let maximumJoinedCount = 64

    /// What did not go well while a batch was sent to the one peer of a connected socket.
    package struct Trouble: Equatable {
        /// What a datagram of an earlier batch has met; it kept none of this one from leaving.
        package var earlier: SystemError?
        /// The places in the batch of those that were not sent, in order.
        package var unsent: [Int] = []
        /// Why the last of them was not sent.
        package var reason: SystemError?

        package init() {}
    }

    /// Sends everything over a connected socket; what cannot be sent is left out.
    ///
    /// `joins`: whether datagrams of one length that follow each other pass the system's layers as
    /// one and are cut apart at the end (UDP_SEGMENT); false afterwards where that is not possible.
    mutating func sendConnected(to descriptor: CInt, joining joins: inout Bool) -> Trouble {
        var trouble = Trouble()
        let count = count
        let runCount = join(count, joins)
        var run = 0
        var isSecondTry = false
        // LIMIT: each run is tried at most twice, but for signals that interrupt the call.
        while run < runCount {
            let result = unsafe csystem_sendmmsg(descriptor, headers + run, UInt32(runCount - run))
            if result > 0 {
                run += Int(result)
                isSecondTry = false
                continue
            }
            let error = SystemError(call: "send", code: result == 0 ? 0 : errno)
            if error.code == EINTR { continue }
            let places = places(ofRun: run)
            if places.count > 1, Self.meansNoJoining(error.code) {
                joins = false
                part(runCount)
                sendEach(from: places.lowerBound, to: descriptor, &trouble)
                break
            }
            // An error that waited at the socket is told once, instead of sending.
            if !isSecondTry, !error.wouldBlock {
                trouble.earlier = error
                isSecondTry = true
                continue
            }
            if isSecondTry, trouble.earlier == error { trouble.earlier = nil }
            trouble.unsent += places
            trouble.reason = error
            run += 1
            isSecondTry = false
        }
        part(runCount)
        removeAll()
        return trouble
    }

    /// Whether an error tells that the way to the peer cannot cut datagrams apart.
    private static func meansNoJoining(_ code: CInt) -> Bool {
        switch code {
        case EIO, EINVAL, EMSGSIZE, EOPNOTSUPP, ENOPROTOOPT: true
        default: false
        }
    }

    /// Sends the datagrams from `first` on one by one.
    private mutating func sendEach(
        from first: Int,
        to descriptor: CInt,
        _ trouble: inout Trouble
    ) {
        var done = first
        while done < count {
            let result = unsafe csystem_sendmmsg(descriptor, headers + done, UInt32(count - done))
            if result > 0 {
                done += Int(result)
            } else if result == 0 || errno != EINTR {
                trouble.reason = SystemError(call: "send", code: result == 0 ? 0 : errno)
                trouble.unsent.append(done)
                done += 1
            }
        }
    }

    /// Makes the first headers stand for runs of datagrams, and tells how many there are.
    private mutating func join(_ count: Int, _ joins: Bool) -> Int {
        var runCount = 0
        var start = 0
        while start < count {
            let length = unsafe vectors[start].iov_len
            var end = start + 1
            while joins, length <= Self.maximumJoinedByteCount, end < count,
                end - start < Self.maximumJoinedCount, unsafe vectors[end].iov_len == length,
                (end - start + 1) * length <= 65_000
            {
                end += 1
            }
            // SAFETY: the run's vectors follow each other in the batch's memory, and each header has
            // control memory of its own with room for the size.
            unsafe headers[runCount].msg_hdr.msg_iov = vectors + start
            unsafe headers[runCount].msg_hdr.msg_iovlen = end - start
            unsafe headers[runCount].msg_hdr.msg_namelen = 0
            unsafe headers[runCount].msg_hdr.msg_controllen = 0
            if end - start > 1 {
                unsafe csystem_set_segment_size(
                    &headers[runCount].msg_hdr,
                    UInt16(truncatingIfNeeded: length)
                )
            }
            runCount += 1
            start = end
        }
        return runCount
    }

    /// The places of the datagrams that the header at `run` stands for.
    private func places(ofRun run: Int) -> Range<Int> {
        // SAFETY: `join` has set it to one of the batch's vectors.
        let start = unsafe headers[run].msg_hdr.msg_iov - vectors
        return unsafe start..<(start + headers[run].msg_hdr.msg_iovlen)
    }

    /// Makes each header stand for its own datagram again.
    private mutating func part(_ runCount: Int) {
        for index in 0..<runCount {
            // SAFETY: as in `init`.
            unsafe headers[index].msg_hdr.msg_iov = vectors + index
            unsafe headers[index].msg_hdr.msg_iovlen = 1
            unsafe headers[index].msg_hdr.msg_controllen = 0
        }
    }
}
