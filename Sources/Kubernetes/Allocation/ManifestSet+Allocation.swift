// SPDX-License-Identifier: Apache-2.0

extension ManifestSet {
    /// What is wrong with Services that others stand in the way of, where they stand in the files.
    func mistakes(of complaints: [Provision.Complaint]) -> [ManifestMistake] {
        let places = claims.places(of: complaints.map(\.object), in: files)
        let holders = claims.places(
            of: complaints.map { $0.mistake.holder ?? $0.object },
            in: files
        )
        var found: [ManifestMistake] = []
        for (complaint, (place, holderPlace)) in zip(complaints, zip(places, holders)) {
            // The API server's own Service may stand in no file: then it is told where the other is.
            guard let claim = place ?? holderPlace else { continue }
            found.append(
                ManifestMistake(
                    file: claim.file,
                    position: claim.position,
                    Self.text(complaint, holderPlace),
                    isWarning: complaint.mistake.isWarning
                )
            )
        }
        return found
    }

    /// What is wrong with Pods that could not be made, where what asks for them stands in the files.
    func mistakes(of complaints: [Workloads.Complaint]) -> [ManifestMistake] {
        let places = claims.places(of: complaints.map(\.object), in: files)
        let holders = claims.places(of: complaints.map { $0.holder ?? $0.object }, in: files)
        return zip(complaints, zip(places, holders)).compactMap { complaint, places in
            guard let place = places.0, let key = complaint.object.key else { return nil }
            var text = "\(key.kind) \(FieldReader.quoted(key.name)): \(complaint.text)"
            if complaint.holder != nil, let holder = places.1 {
                text += " at \(holder.file):\(holder.position)"
            }
            return ManifestMistake(
                file: place.file,
                position: place.position,
                text,
                isWarning: true
            )
        }
    }

    /// What is said of Services that have more endpoints than can be told, where they stand in the
    /// files.
    func mistakes(ofCut services: [ServiceKey], maximumCount: Int) -> [ManifestMistake] {
        let objects = services.map { service in
            let key = ObjectKey(kind: "Service", namespace: service.namespace, name: service.name)
            return StoredObject(key: key, objects: [])
        }
        return zip(services, claims.places(of: objects, in: files)).compactMap { service, place in
            guard let place else { return nil }
            return ManifestMistake(
                file: place.file,
                position: place.position,
                "Service \(FieldReader.quoted(service.name)): more than \(maximumCount) endpoints; "
                    + "the last ones by name are left out",
                isWarning: true
            )
        }
    }

    private static func text(_ complaint: Provision.Complaint, _ place: PlacedClaim?) -> String {
        var text = "Service \(FieldReader.quoted(complaint.key.name)): \(complaint.mistake.text)"
        if let holder = complaint.mistake.holder?.serviceKey {
            text += holder == complaint.key ? "" : " to \(holder.namespace)/\(holder.name)"
            if holder != complaint.key, let place { text += " at \(place.file):\(place.position)" }
        }
        return text
    }
}
