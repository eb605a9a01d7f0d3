// SPDX-License-Identifier: Apache-2.0

/// Services as they are in use, for people to look at.
extension Provision {
    /// The form in use of a Service that is written so, with what it was given; nil when none is.
    ///
    /// Any other object is in use as it is.
    func inUse(_ written: ClusterObject) -> ClusterObject? {
        guard case .service(var service) = written else { return written }
        let key = service.key
        if let complaint = complaints[key] {
            guard let standIn = complaint.standIn?.service else { return nil }
            service = standIn
        }
        grants[key]?.fill(&service)
        return .service(service)
    }

    /// The API server's own Service, where it was made because no manifest has it.
    var made: ClusterObject? {
        madeServer?.service.flatMap { inUse(.service($0)) }
    }
}
