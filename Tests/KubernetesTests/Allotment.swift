// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Kubernetes

/// What a provision was given and what it gave, step by step.
struct Allotment {
    var provision: Provision
    /// The Services of the manifests, by name.
    var written: [ServiceKey: StoredObject] = [:]
    /// What is in use, as the builder would know it.
    private(set) var used: [ServiceKey: StoredObject] = [:]
    /// Whether something went that was not there, or came where something was.
    private(set) var isConfused = false

    init(_ options: AllocationOptions, _ remembered: RememberedHoldings = RememberedHoldings()) {
        provision = Provision(options, remembering: remembered)
    }

    mutating func set(_ object: StoredObject?, _ key: ServiceKey) {
        if let old = written[key] { provision.remove(old) }
        if let object { provision.add(object) }
        written[key] = object
    }

    mutating func settle() {
        let difference = provision.settle()
        for object in difference.gone {
            guard let key = object.serviceKey, used[key] == object else {
                isConfused = true
                continue
            }
            used[key] = nil
        }
        for object in difference.come {
            guard let key = object.serviceKey, used[key] == nil else {
                isConfused = true
                continue
            }
            used[key] = object
        }
    }

    /// The Service in use under a name in `default`.
    func service(_ name: String) -> Service? {
        used[ServiceKey(namespace: "default", name: name)]?.service
    }

    func holding(_ name: String) -> Holding? { service(name).map(Holding.init(writtenIn:)) }

    func address(_ name: String) -> String? { holding(name)?.addresses.first?.description }

    func mistake(_ name: String) -> String? {
        provision.complaints[ServiceKey(namespace: "default", name: name)]?.mistake.text
    }

    /// Everything that is held, by whom.
    func holders() -> [String: Set<ServiceKey>] {
        var holders: [String: Set<ServiceKey>] = [:]
        for (key, object) in used {
            guard let service = object.service else { continue }
            let holding = Holding(writtenIn: service)
            for address in holding.addresses { holders["\(address)", default: []].insert(key) }
            for port in holding.distinctPorts { holders["\(port)", default: []].insert(key) }
            for address in holding.ingressAddresses {
                holders["outside \(address)", default: []].insert(key)
            }
        }
        return holders
    }
}

extension Allotment {
    static func options() throws -> AllocationOptions {
        var options = AllocationOptions()
        options.serviceNetworks = [try #require(AddressNetwork("10.0.0.0/27"))]
        options.nodePorts = 30_000...30_019
        options.loadBalancerNetworks = [try #require(AddressNetwork("192.0.2.0/30"))]
        return options
    }

    static func key(_ name: String) -> ServiceKey {
        ServiceKey(namespace: "default", name: name)
    }

    /// A Service with the lines of `spec`, and a port unless they have ports.
    static func object(_ name: String, _ spec: String = "") throws -> StoredObject {
        let ports = spec.contains("ports:") ? "" : "\nports: [{port: 80}]"
        let text = KubernetesTests.service(spec + ports, name: name)
        #expect(mistakes(text) == [])
        return StoredObject(try #require(objects(text).first))
    }

    static func of(
        _ services: [(String, String)],
        _ options: AllocationOptions? = nil
    ) throws -> Allotment {
        var allotment = Allotment(try options ?? Self.options())
        for (name, spec) in services { allotment.set(try object(name, spec), key(name)) }
        allotment.settle()
        return allotment
    }

    static let dualOptions: AllocationOptions = {
        var options = AllocationOptions()
        options.serviceNetworks = ["10.0.0.0/27", "fd00::/112"].compactMap { AddressNetwork($0) }
        return options
    }()
}
