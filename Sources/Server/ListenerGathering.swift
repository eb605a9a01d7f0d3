// SPDX-License-Identifier: Apache-2.0

import Corefile
import Metrics
import Plugin
import Wire

/// Gathers server blocks by the address and port that they listen on.
struct ListenerGathering {
    /// An address and port; the address is nil for every address.
    private struct Place: Hashable {
        let address: IPAddress?
        let port: UInt16
    }

    /// Who serves a zone at a place.
    private struct Claim: Hashable {
        let place: Place
        let zone: Name
    }

    private var order: [Place] = []
    private var blocks: [Place: [ServerBlock]] = [:]
    private var claims: [Claim: Word] = [:]
    private(set) var mistakes: [CorefileError] = []

    /// Puts the block of `setup` and `keys` at every place that they name.
    ///
    /// A zone that is served twice at one place is a mistake, and so is one that is served both at
    /// one address and at every address.
    mutating func add(_ chain: Chain, _ setup: Setup, keys: [ServerKey]) {
        let addresses = setup.addresses.isEmpty ? [nil] : setup.addresses.map(Optional.some)
        var ports: [UInt16] = []
        for key in keys where !ports.contains(key.port) { ports.append(key.port) }
        for key in keys {
            for address in addresses { claim(key, Place(address: address, port: key.port)) }
        }
        let zones = setup.servedZones
        for port in ports {
            let zonePlaces = zones.indices.filter { zones[$0].port == port }
            let served = ServerBlock(
                zones: zonePlaces.map { zones[$0].zone },
                zonePlaces: zonePlaces,
                chain: chain,
                limits: setup.limits,
                takesEveryClass: setup.takesEveryClass,
                kernelInterfaces: setup.kernelInterfaces
            )
            for address in addresses {
                let place = Place(address: address, port: port)
                if blocks[place] == nil { order.append(place) }
                blocks[place, default: []].append(served)
            }
        }
    }

    private mutating func claim(_ key: ServerKey, _ place: Place) {
        for zone in key.zones {
            let claim = Claim(place: place, zone: zone)
            if let first = claims[claim] {
                mistakes.append(
                    CorefileError(
                        at: key.word.position,
                        "cannot serve '\(key.word.text)' on port \(place.port): zone \(zone) is "
                            + "already served there by '\(first.text)' at \(first.position)"
                    )
                )
                continue
            }
            if let other = claims.first(where: { overlaps($0.key, claim) })?.value {
                mistakes.append(
                    CorefileError(
                        at: key.word.position,
                        "cannot serve '\(key.word.text)' on port \(place.port): zone \(zone) is "
                            + "served at another set of addresses at \(other.position); give both "
                            + "blocks a 'bind', or none"
                    )
                )
            }
            claims[claim] = key.word
        }
    }

    /// Whether one is at every address and the other at a single one.
    private func overlaps(_ first: Claim, _ second: Claim) -> Bool {
        first.zone == second.zone && first.place.port == second.place.port
            && (first.place.address == nil) != (second.place.address == nil)
    }

    /// The listeners, in the order of the file; `previous`: those of the running configuration, at
    /// the places of which the same is counted on.
    func listeners(
        counting metrics: Metrics.Registry,
        previous: [Listener]
    ) -> [Listener] {
        order.map { place in
            let known = previous.first { $0.address == place.address && $0.port == place.port }
            return Listener(
                address: place.address,
                port: place.port,
                blocks: blocks[place] ?? [],
                dropped: known?.dropped
                    ?? QueryMetrics(
                        metrics,
                        server: Self.label(place.address, place.port),
                        zone: QueryMetrics.droppedZone,
                        plugins: []
                    )
            )
        }
    }

    /// The name of a listener in metrics.
    static func label(_ address: IPAddress?, _ port: UInt16) -> String {
        guard let address else { return "dns://:\(port)" }
        return "dns://\(Endpoint(address, port: port))"
    }
}
