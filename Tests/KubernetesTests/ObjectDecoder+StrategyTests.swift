// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct StrategyDecodingTests {
    private static let common = """
        selector: {matchLabels: {app: a}}
        template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}}

        """

    private static let rules: [(kind: String, rule: Rule)] = [
        (
            "Deployment",
            Rule(
                "strategy: {type: Recreate}",
                "strategy: {type: Restart}",
                """
                7:20: %.strategy.type: Unsupported value: "Restart": supported values: \
                "RollingUpdate", "Recreate"
                """
            )
        ),
        (
            "Deployment",
            Rule(
                "strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}",
                "strategy: {type: Recreate, rollingUpdate: {maxSurge: 25%}}",
                """
                7:45: %.strategy.rollingUpdate: Forbidden: may not be specified when `type` is \
                'Recreate'
                """
            )
        ),
        (
            "Deployment",
            Rule(
                "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
                "strategy: {rollingUpdate: {maxSurge: 0%, maxUnavailable: 0}}",
                """
                7:60: %.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 \
                when `maxSurge` is 0
                """
            )
        ),
        (
            "Deployment",
            Rule(
                "strategy: {rollingUpdate: {maxUnavailable: 100%}}",
                "strategy: {rollingUpdate: {maxUnavailable: 101%}}",
                """
                7:46: %.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be \
                greater than 100%
                """
            )
        ),
        (
            "Deployment",
            Rule(
                "strategy: {rollingUpdate: {maxSurge: '200%'}}",
                "strategy: {rollingUpdate: {maxSurge: '2'}}",
                """
                7:40: %.strategy.rollingUpdate.maxSurge: Invalid value: "2": must be an integer or \
                percentage (such as 5 or '5%')
                """
            )
        ),
        (
            "Deployment",
            Rule(
                "progressDeadlineSeconds: 600",
                "progressDeadlineSeconds: 0",
                """
                7:28: %.progressDeadlineSeconds: Invalid value: 0: must be greater than \
                minReadySeconds
                """
            )
        ),
        (
            "StatefulSet",
            Rule(
                "updateStrategy: {type: OnDelete}",
                "updateStrategy: {type: Recreate}",
                """
                7:26: %.updateStrategy.type: Unsupported value: "Recreate": supported values: \
                "RollingUpdate", "OnDelete"
                """
            )
        ),
        (
            "StatefulSet",
            Rule(
                "updateStrategy: {rollingUpdate: {partition: 2}}",
                "updateStrategy: {rollingUpdate: {partition: -2}}",
                """
                7:47: %.updateStrategy.rollingUpdate.partition: Invalid value: -2: must be greater \
                than or equal to 0
                """
            )
        ),
        (
            "DaemonSet",
            Rule(
                "updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}",
                "updateStrategy: {type: OnDelete, rollingUpdate: {maxUnavailable: 1}}",
                """
                7:51: %.updateStrategy.rollingUpdate: Forbidden: may not be specified when `type` \
                is 'OnDelete'
                """
            )
        ),
    ]

    @Test("A rule lets through what keeps to it and refuses the rest", arguments: rules)
    func keeps(kind: String, rule: Rule) {
        let said = rule.mistake.replacing("%.", with: "\(kind) \"web\": spec.")

        #expect(mistakes(workload(Self.common + rule.accepted, kind: kind)) == [])
        #expect(mistakes(workload(Self.common + rule.refused, kind: kind)) == [said])
    }

    @Test func warnsOfFieldsOfAnotherKind() {
        let text = workload(
            Self.common + "updateStrategy: {rollingUpdate: {maxSurge: 1}}",
            kind: "StatefulSet"
        )

        #expect(
            mistakes(text) == [
                """
                7:36: warning: StatefulSet "web": unknown field \
                "spec.updateStrategy.rollingUpdate.maxSurge"
                """
            ]
        )
    }
}
