// SPDX-License-Identifier: Apache-2.0

import Wire
import YAML

extension ObjectDecoder {
    mutating func pod(_ object: Fields, _ metadata: Metadata) -> Pod {
        reader.checkNames(of: object, known: KnownFields.object)
        var pod = Pod(
            metadata: metadata,
            addresses: [],
            hostname: "",
            subdomain: "",
            isReady: true,
            isFinished: false,
            ports: []
        )
        let spec = reader.fields("spec", in: object)
        if let spec {
            var template = PodTemplate()
            readPodSpec(spec, into: &template)
            _ = reader.choice("restartPolicy", in: spec, of: ["Always", "OnFailure", "Never"])
            pod.hostname = template.hostname
            pod.subdomain = template.subdomain
            pod.ports = template.ports
            pod.placement = template.placement
            pod.state.containerCount = template.containerCount
        }
        if let status = reader.fields("status", in: object) {
            pod.addresses = podAddresses(status)
            pod.isReady = isReady(status)
            let phase = reader.string("phase", in: status) ?? ""
            pod.isFinished = phase == "Succeeded" || phase == "Failed"
            pod.placement.isPending = phase == "Pending"
            pod.state.phase = phase == "Running" ? "" : phase
            pod.state.read(status, of: spec)
        }
        if object["metadata"]?["deletionTimestamp"]?.isNull == false {
            pod.isFinished = true
            pod.state.isEnding = true
        }
        // A Pod that has an address needs no place to get one from, and there may be many.
        if !pod.addresses.isEmpty { pod.placement = Placement(nodeName: pod.placement.nodeName) }
        pod.owner = owner(of: object)
        pod.isReady = readiness(in: object["metadata"].flatMap { Fields($0) }) ?? pod.isReady
        return pod
    }

    /// `podIPs`, else `podIP`.
    private mutating func podAddresses(_ status: Fields) -> [IPAddress] {
        var addresses: [IPAddress] = []
        for fields in reader.elements("podIPs", in: status) {
            guard let node = fields["ip"] else { continue }
            if let address = reader.address(node) {
                addresses.append(address)
            }
        }
        guard let node = status["podIP"] else { return addresses }
        // Read even if it is not needed: an address that is wrong is said to be.
        guard let single = reader.address(node) else {
            return addresses
        }
        return addresses.isEmpty ? [single] : addresses
    }

    /// Whether the condition `Ready` is True, or there are no conditions at all.
    private mutating func isReady(_ status: Fields) -> Bool {
        let conditions = reader.elements("conditions", in: status)
        guard !conditions.isEmpty else { return true }
        for condition in conditions where condition["type"]?.scalar?.text == "Ready" {
            return reader.choice("status", in: condition, of: ["True", "False", "Unknown"])
                == "True"
        }
        return false
    }
}
