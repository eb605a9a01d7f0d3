// SPDX-License-Identifier: Apache-2.0

import Posix
import Wire

/// Ports for servers that cannot be told to let the system choose.
enum FreePort {
    /// How many ports are tried: one that is free for UDP can be taken for TCP.
    private static let maximumAttemptCount = 64

    /// An address of this machine with a port that is free for UDP and TCP.
    ///
    /// Somebody else may take it before it is bound; the server then says so, and is left out.
    static func endpoint() throws(SystemError) -> Endpoint {
        let loopback = IPAddress(v4: 0x7F00_0001)
        for _ in 0..<maximumAttemptCount {
            let found = try chosen(loopback)
            if (try? UDPSocket.probe(found)) != nil { return found }
        }
        throw SystemError(call: "no port of 127.0.0.1 is free for both UDP and TCP", code: 0)
    }

    /// What the system chooses; it is free again on return.
    private static func chosen(_ address: IPAddress) throws(SystemError) -> Endpoint {
        let socket = try UDPSocket(binding: Endpoint(address, port: 0), sharingPort: false)
        return socket.local
    }
}
