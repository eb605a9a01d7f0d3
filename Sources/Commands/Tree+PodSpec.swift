// SPDX-License-Identifier: Apache-2.0

/// What the API server fills in where the specification of a Pod leaves it open.
///
/// Only what follows from the object itself: what admission would add, such as tolerations and the
/// token of a service account, depends on a cluster.
extension Tree {
    private static let containerLists = ["initContainers", "containers", "ephemeralContainers"]
    private static let probes = ["livenessProbe", "readinessProbe", "startupProbe"]
    /// The mode of files that come of an object (octal 0644).
    private static let fileMode: Tree = 420

    /// Fills in the specification of a Pod, or of a template.
    mutating func fillPodSpec() {
        fill("restartPolicy", "Always")
        fill("dnsPolicy", "ClusterFirst")
        fill("schedulerName", "default-scheduler")
        fill("terminationGracePeriodSeconds", 30)
        fill("securityContext", [:])
        let usesHostNetwork = self["hostNetwork"] == .boolean(true)
        for key in Self.containerLists {
            changeItems(of: key) { $0.fillContainer(usesHostNetwork: usesHostNetwork) }
        }
        changeItems(of: "volumes") { volume in
            for key in ["configMap", "secret", "projected", "downwardAPI"] {
                guard case .map = volume[key] else { continue }
                volume.fill([key, "defaultMode"], Self.fileMode)
            }
            if case .map = volume["hostPath"] { volume.fill(["hostPath", "type"], "") }
        }
    }

    /// Fills in a Pod: besides its specification what a template has not.
    mutating func fillPod() {
        fill("enableServiceLinks", .boolean(true))
        changeItems(of: "containers") { container in
            guard case .map(let limits) = container["resources"]?["limits"] else { return }
            for limit in limits {
                container.fill(["resources", "requests", limit.key], limit.value)
            }
        }
        fillPodSpec()
    }

    private mutating func fillContainer(usesHostNetwork: Bool) {
        fill("imagePullPolicy", .string(Self.pullPolicy(self["image"]?.text ?? "")))
        fill("terminationMessagePath", "/dev/termination-log")
        fill("terminationMessagePolicy", "File")
        fill("resources", [:])
        changeItems(of: "ports") { port in
            port.fill("protocol", "TCP")
            if usesHostNetwork, let number = port["containerPort"] { port.fill("hostPort", number) }
        }
        changeItems(of: "env") { variable in
            guard case .map = variable["valueFrom"]?["fieldRef"] else { return }
            variable.fill(["valueFrom", "fieldRef", "apiVersion"], "v1")
        }
        for key in Self.probes {
            guard case .map = self[key] else { continue }
            let values: [(String, Tree)] = [
                ("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1),
                ("failureThreshold", 3),
            ]
            for (name, value) in values { fill([key, name], value) }
            guard case .map = self[key]?["httpGet"] else { continue }
            fill([key, "httpGet", "path"], "/")
            fill([key, "httpGet", "scheme"], "HTTP")
        }
    }

    /// When an image is fetched: each time where its tag may come to mean another.
    private static func pullPolicy(_ image: String) -> String {
        let name = image.split(separator: "/").last ?? ""
        if name.contains("@") { return "IfNotPresent" }
        let tag = name.split(separator: ":", maxSplits: 1).dropFirst().first ?? "latest"
        return tag == "latest" ? "Always" : "IfNotPresent"
    }

    /// Changes each item of the list of a key; nothing where there is no list.
    private mutating func changeItems(of key: String, _ change: (inout Tree) -> Void) {
        guard case .list(var items) = self[key] else { return }
        for index in items.indices { change(&items[index]) }
        self[key] = .list(items)
    }
}

extension Tree {
    /// Gives a key of a map in this one a value where it has none.
    mutating func fill(_ path: [String], _ value: Tree) {
        guard let key = path.first else { return }
        guard path.count > 1 else {
            fill(key, value)
            return
        }
        var inner = self[key] ?? [:]
        inner.fill(Array(path.dropFirst()), value)
        self[key] = inner
    }

    /// Gives a key of a map in this one a value.
    mutating func set(_ path: [String], _ value: Tree) {
        guard let key = path.first else { return }
        guard path.count > 1 else {
            self[key] = value
            return
        }
        var inner = self[key] ?? [:]
        inner.set(Array(path.dropFirst()), value)
        self[key] = inner
    }
}
