// SPDX-License-Identifier: Apache-2.0

/// Services as they are in use, for people to look at.
extension Provision {
    /// How a Service is used.
    struct Use: Sendable {
        /// The form that is used: what is written, or an older one.
        let object: StoredObject
        /// What it was given; nil where nothing was.
        let holding: Holding?
    }

    /// How a Service with this name that is written so is used; nil when it is not.
    func use(of written: StoredObject, _ key: ServiceKey) -> Use? {
        var object = written
        if let complaint = complaints[key] {
            guard let standIn = complaint.standIn else { return nil }
            object = standIn
        }
        return Use(object: object, holding: grants[key])
    }

    /// The API server's own Service, where it was made because no manifest has it.
    var madeUse: Use? { madeServer.flatMap { use(of: $0, AllocationOptions.serverKey) } }
}
