// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite struct PodStateTests {
    private static func state(_ lines: String, _ metadata: String = "") -> PodState? {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p\(metadata)}\n" + lines
        guard case .pod(let pod) = objects(text).first else { return nil }
        return pod.state
    }

    @Test(
        "Containers are counted as they are written, and as a status tells of them",
        arguments: [
            ("", 0, nil, 0),
            ("spec: {containers: [{name: a}, {name: b}]}", 2, nil, 0),
            // A sidecar goes on beside the others, another init container does not.
            (
                "spec: {containers: [{name: a}], initContainers: "
                    + "[{name: s, restartPolicy: Always}, {name: i}]}\n"
                    + "status: {containerStatuses: [{name: a, ready: true, restartCount: 1}], "
                    + "initContainerStatuses: [{name: s, ready: true, restartCount: 2}, "
                    + "{name: i, ready: true, restartCount: 4}]}", 2, 2, 3
            ),
            (
                "spec: {containers: [{name: a}]}\nstatus: {containerStatuses: "
                    + "[{ready: false, restartCount: 3}, {ready: true, restartCount: 4}, {}]}",
                3, 1, 7
            ),
            ("status: {containerStatuses: []}", 0, nil, 0),
            // What cannot be read counts for nothing.
            ("status: {containerStatuses: odd}", 0, nil, 0),
            ("status: {containerStatuses: [{restartCount: -1}, 7, {ready: 1}]}", 3, 0, 0),
            (
                "status: {containerStatuses: [{restartCount: 2147483647}]}", 1, 0, 2_147_483_647
            ),
            (
                "status: {containerStatuses: [{restartCount: 2147483648}]}", 1, 0, 2_147_483_647
            ),
        ] as [(String, Int, Int?, Int)]
    )
    func counts(lines: String, containers: Int, ready: Int?, restarts: Int) throws {
        let state = try #require(Self.state(lines))

        #expect(state.containerCount == containers)
        #expect(state.readyCount == ready)
        #expect(state.restartCount == restarts)
    }

    @Test(
        "A phase is kept where it is not the usual one",
        arguments: [
            ("", ""), ("status: {phase: Running}", ""), ("status: {phase: Pending}", "Pending"),
            ("status: {phase: Succeeded}", "Succeeded"),
        ]
    )
    func keepsThePhase(lines: String, expected: String) {
        #expect(Self.state(lines)?.phase == expected)
    }

    @Test func knowsThatItIsBeingDeleted() {
        #expect(Self.state("")?.isEnding == false)
        #expect(Self.state("", ", deletionTimestamp: 2022-05-14T06:07:39Z")?.isEnding == true)
    }
}
