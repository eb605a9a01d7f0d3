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
        if let spec = reader.fields("spec", in: object) {
            reader.checkNames(of: spec, known: KnownFields.podSpec)
            pod.hostname = reader.name("hostname", in: spec, .label1123) ?? ""
            pod.subdomain = reader.name("subdomain", in: spec, .label1123) ?? ""
            pod.ports = containerPorts(spec)
        }
        if let status = reader.fields("status", in: object) {
            pod.addresses = podAddresses(status)
            pod.isReady = isReady(status)
            let phase = reader.string("phase", in: status) ?? ""
            pod.isFinished = phase == "Succeeded" || phase == "Failed"
        }
        if object["metadata"]?["deletionTimestamp"]?.isNull == false { pod.isFinished = true }
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

    /// The named ports of the containers, sidecars included.
    private mutating func containerPorts(_ spec: Fields) -> [ContainerPort] {
        var ports: [ContainerPort] = []
        for container in reader.elements("containers", in: spec) {
            reader.checkNames(of: container, known: KnownFields.container)
            ports += namedPorts(of: container)
        }
        for container in reader.elements("initContainers", in: spec) {
            reader.checkNames(of: container, known: KnownFields.container)
            let own = namedPorts(of: container)
            // An init container that is restarted goes on beside the others.
            if container["restartPolicy"]?.scalar?.text == "Always" { ports += own }
        }
        return ports
    }

    private mutating func namedPorts(of container: Fields) -> [ContainerPort] {
        var ports: [ContainerPort] = []
        for fields in reader.elements("ports", in: container) {
            reader.checkNames(of: fields, known: KnownFields.containerPort)
            if fields["containerPort"] == nil {
                reader.required("containerPort", in: fields, "a number, 1 to 65535")
            }
            let name = reader.name("name", in: fields, .portName)
            let number = reader.port("containerPort", in: fields)
            let transport = reader.transport(in: fields)
            guard let name, let number else { continue }
            ports.append(ContainerPort(name: name, number: number, transport: transport))
        }
        return ports
    }
}
