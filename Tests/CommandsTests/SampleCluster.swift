// SPDX-License-Identifier: Apache-2.0

import Files
import Kubernetes
import Plugin

@testable import Commands

/// One manifest in memory, and the commands over what it says.
struct SampleCluster: FileSource {
    static let path = "/manifests/all.yaml"
    /// 2022-05-24T06:07:39Z.
    static let wallSeconds: Int64 = 1_653_372_459

    let text: String
    var allocation = AllocationOptions()

    func read(_ path: String) throws(FileError) -> [UInt8] {
        guard path == Self.path else { throw FileError(path: path, reason: .missing) }
        return Array(text.utf8)
    }

    func identity(of path: String) throws(FileError) -> FileIdentity {
        FileIdentity(
            device: 1,
            inode: path == Self.path ? 2 : 1,
            byteCount: text.utf8.count,
            modifiedNanoseconds: 0,
            isFolder: path != Self.path
        )
    }

    func list(_ path: String) throws(FileError) -> [String] { ["all.yaml"] }

    /// What the manifest says, and what Services are given.
    func contents() throws -> ClusterContents {
        let set = try ManifestSet.load(paths: ["/manifests"], from: self)
        let registry = ClusterRegistry(allocation: allocation)
        _ = registry.cluster(of: set)
        return ClusterContents(set, registry)
    }

    /// Gives a command, its words separated by spaces.
    func run(_ command: String) throws -> CommandOutput {
        let console = ClusterConsole(try contents(), files: self)
        return console.run(
            CommandRequest(
                command.split(separator: " ").map(String.init),
                wallSeconds: Self.wallSeconds
            )
        )
    }

    /// Gives a command by which manifests are written, its words separated by spaces.
    func author(_ command: String, manifests: [String] = ["/manifests"]) throws -> CommandOutput {
        let console = AuthoringConsole(try contents(), files: self, manifests: manifests)
        return console.run(
            CommandRequest(
                command.split(separator: " ").map(String.init),
                wallSeconds: Self.wallSeconds
            )
        )
    }

    /// The Services of the notes, with their Pods.
    static let notes = SampleCluster(
        text: """
            apiVersion: v1
            kind: Service
            metadata: {name: kubernetes, creationTimestamp: "2022-05-14T06:07:39Z"}
            spec:
              clusterIP: 10.96.0.1
              ports: [{name: https, port: 443, targetPort: 6443}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web-svc, labels: {team: web}, annotations: {owner: "me: us"}}
            spec:
              clusterIP: 10.96.100.100
              selector: {app: web}
              ports: [{name: http, port: 80, targetPort: 8080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: svc-3}
            spec:
              type: LoadBalancer
              clusterIP: 10.103.1.2
              selector: {app: pod}
              ports: [{port: 9000, targetPort: 8080, nodePort: 31234}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: my-external-service}
            spec: {type: ExternalName, externalName: external.example.com}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: http-go-svc, creationTimestamp: "2022-05-14T06:07:39Z"}
            spec:
              clusterIP: 10.110.237.77
              sessionAffinity: ClientIP
              selector: {run: http-go}
              ports: [{port: 80, targetPort: 8080}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: http-go-6t49p, labels: {run: http-goo}}
            spec: {nodeName: node0, containers: [{name: c, image: i}]}
            status: {phase: Running, podIP: 10.40.0.1}
            ---
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: Pod
              metadata: {name: web-1, labels: {app: web}}
              spec: {nodeName: node1, containers: [{name: c, image: i}]}
              status: {phase: Running, podIP: 10.244.1.5}
            - apiVersion: v1
              kind: Pod
              metadata: {name: web-2, labels: {app: web}}
              spec: {nodeName: node2, containers: [{name: c, image: i}]}
              status:
                phase: Running
                podIP: 10.244.1.6
                conditions: [{type: Ready, status: "False"}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cache, namespace: shop}
            spec: {clusterIP: None, selector: {app: cache}, ports: [{port: 11211}]}

            """
    )
}
