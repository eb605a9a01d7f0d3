// SPDX-License-Identifier: Apache-2.0

import Wire

/// A Service that is in use.
struct ServiceInUse {
    /// The form of the manifest.
    let object: StoredObject
    let holding: Holding
    /// Whether something of it is not written in the manifest.
    let isGranted: Bool

    /// The Service with what it holds.
    var filled: StoredObject { isGranted ? object.filled(with: holding) : object }
}

extension StoredObject {
    /// The Service that it is; nil when it is of another kind.
    var service: Service? {
        guard var reader = ObjectReader(objectsOf: self) else { return nil }
        let head = reader.head()
        return head.kind == .service ? reader.service(head) : nil
    }

    /// The name of the Service that it is; nil when it is of another kind.
    var serviceKey: ServiceKey? {
        guard var reader = ObjectReader(objectsOf: self) else { return nil }
        let head = reader.head()
        guard head.kind == .service else { return nil }
        return ServiceKey(namespace: head.namespace, name: head.name)
    }

    /// Whether it is a Service of which the manifest has this address of a load balancer.
    func writes(balancer address: IPAddress) -> Bool {
        service?.terms.ingressAddresses.contains(address) ?? false
    }

    /// The Service that it is, with what it holds written in it.
    func filled(with holding: Holding) -> StoredObject {
        guard var service else { return self }
        holding.fill(&service)
        return StoredObject(key: key, objects: [.service(service)])
    }
}
