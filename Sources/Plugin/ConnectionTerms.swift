// SPDX-License-Identifier: Apache-2.0

import Metrics
import TLS

/// How a connection to an upstream is secured: there is no plain one beside it.
package struct ExchangeSecurity: Hashable, Sendable {
    /// Who is trusted, who we are, and the tickets of connections before.
    package let client: TLSClient
    /// Whom the upstream's certificate must be for; nil for its address.
    package let identity: TLSPeer.Identity?

    package init(client: TLSClient, identity: TLSPeer.Identity? = nil) {
        self.client = client
        self.identity = identity
    }

    package static func == (left: ExchangeSecurity, right: ExchangeSecurity) -> Bool {
        left.client === right.client && left.identity == right.identity
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(client))
        hasher.combine(identity)
    }
}

/// How the connections to one upstream are made and kept.
///
/// Exchanges share a connection only where these are the same object.
package final class ConnectionTerms: Sendable {
    /// What can be told apart about them.
    package struct Values: Hashable, Sendable {
        /// Nil for plain TCP.
        package var security: ExchangeSecurity?
        /// How long a connection without questions is kept, in milliseconds.
        package var idleMilliseconds: UInt64
        /// How long a connection takes new questions, in milliseconds; 0 for no limit.
        package var ageMilliseconds: UInt64
        /// How many connections without questions each worker keeps; 0 for no limit.
        package var idleCount: Int

        package init(
            security: ExchangeSecurity? = nil,
            idleMilliseconds: UInt64 = 10_000,
            ageMilliseconds: UInt64 = 0,
            idleCount: Int = 0
        ) {
            self.security = security
            self.idleMilliseconds = idleMilliseconds
            self.ageMilliseconds = ageMilliseconds
            self.idleCount = idleCount
        }
    }

    package let values: Values
    /// Counts the questions that went over a connection that was there, and those that had to wait
    /// for a new one.
    package let reuses: Counter?
    package let openings: Counter?

    package init(_ values: Values = Values(), reuses: Counter? = nil, openings: Counter? = nil) {
        self.values = values
        self.reuses = reuses
        self.openings = openings
    }
}
