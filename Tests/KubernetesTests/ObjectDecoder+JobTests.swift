// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct JobDecodingTests {
    /// A Job that is right but for some lines of its `spec`, which begin in the sixth.
    private static func job(_ lines: String) -> String {
        workload(
            "template: {spec: {restartPolicy: Never, containers: [{name: c}]}}\n" + lines,
            kind: "Job",
            version: "batch/v1"
        )
    }

    private static let rules: [Rule] = [
        Rule(
            "parallelism: 2",
            "parallelism: -2",
            "6:16: %.parallelism: Invalid value: -2: must be greater than or equal to 0"
        ),
        Rule(
            "completions: 2",
            "completions: 2.5",
            "6:16: %.completions: Invalid value: 2.5: must be an integer"
        ),
        Rule(
            "backoffLimit: 6",
            "backoffLimit: -6",
            "6:17: %.backoffLimit: Invalid value: -6: must be greater than or equal to 0"
        ),
        Rule(
            "suspend: false",
            "suspend: later",
            "6:12: %.suspend: Invalid value: \"later\": must be true or false, without quotes"
        ),
        Rule(
            "completionMode: NonIndexed",
            "completionMode: Counted",
            """
            6:19: %.completionMode: Unsupported value: "Counted": supported values: \
            "NonIndexed", "Indexed"
            """
        ),
        Rule(
            "completionMode: Indexed\ncompletions: 3",
            "completionMode: Indexed",
            "5:3: %.completions: Required value: when completion mode is Indexed"
        ),
        Rule(
            "completionMode: Indexed\ncompletions: 3\nparallelism: 100000",
            "completionMode: Indexed\ncompletions: 3\nparallelism: 100001",
            """
            8:16: %.parallelism: Invalid value: 100001: must be less than or equal to 100000 \
            when completion mode is Indexed
            """
        ),
    ]

    @Test("A rule lets through what keeps to it and refuses the rest", arguments: rules)
    func keeps(_ rule: Rule) {
        let said = rule.mistake.replacing("%", with: "Job \"web\": spec")

        #expect(mistakes(Self.job(rule.accepted)) == [])
        #expect(mistakes(Self.job(rule.refused)) == [said])
        #expect(objects(Self.job(rule.refused)) == [])
    }

    @Test func isOfOneVersion() {
        let text = Self.job("").replacing("batch/v1", with: "batch/v1beta1")

        #expect(
            mistakes(text) == [
                "1:13: Job \"web\": apiVersion: Invalid value: \"batch/v1beta1\": must be batch/v1"
            ]
        )
    }

    @Test func aSelectorThatTheServerMadeSelectsTheTemplate() {
        let labels = "{batch.kubernetes.io/controller-uid: u, job-name: web}"
        let text = workload(
            """
            selector: {matchLabels: {batch.kubernetes.io/controller-uid: u}}
            template:
              metadata: {labels: \(labels)}
              spec: {restartPolicy: Never, containers: [{name: c}]}
            """,
            kind: "Job",
            version: "batch/v1"
        )

        #expect(mistakes(text) == [])
        #expect(mistakes(text.replacing("uid: u,", with: "uid: v,")).count == 1)
    }

    @Test func countsPodsThatAreToldApart() {
        let text = Self.job("completionMode: Indexed\ncompletions: 3\nparallelism: 5")

        #expect(onlyWorkload(text)?.isIndexed == true)
        #expect(onlyWorkload(text)?.podCount == 3)
    }

    @Test func warnsBeyondTheMostPods() {
        let limit = Workload.maximumPodCount

        #expect(mistakes(Self.job("parallelism: \(limit)")) == [])
        #expect(
            mistakes(Self.job("parallelism: \(limit + 1)")) == [
                """
                6:16: warning: Job "web": spec.parallelism: \(limit + 1) Pods are wanted, the \
                first \(limit) are made
                """
            ]
        )
        #expect(onlyWorkload(Self.job("parallelism: \(limit + 1)"))?.podCount == limit)
    }

    @Test(
        "How many Pods a Job has",
        arguments: [
            ("", 1), ("parallelism: 3", 3), ("completions: 3", 1),
            ("parallelism: 2\ncompletions: 5", 2), ("parallelism: 5\ncompletions: 2", 2),
            ("parallelism: 0", 0), ("completions: 0", 0), ("parallelism: 3\nsuspend: true", 0),
            ("parallelism: 3\nsuspend: false", 3),
        ]
    )
    func countsThePodsOfAJob(lines: String, expected: Int) {
        let text = Self.job(lines)

        #expect(mistakes(text) == [])
        #expect(onlyWorkload(text)?.podCount == expected)
    }

    @Test(
        "A Job that is done has no Pods",
        arguments: [
            ("Complete", "True", 0), ("Failed", "True", 0), ("Failed", "False", 1),
            ("Suspended", "True", 1),
        ]
    )
    func endsAJob(type: String, status: String, expected: Int) {
        let text =
            Self.job("")
            + "status: {conditions: [{type: \(type), status: '\(status)'}]}\n"

        #expect(mistakes(text) == [])
        #expect(onlyWorkload(text)?.podCount == expected)
    }

    @Test func warnsOfMisspeltFieldsOfJobs() {
        let text = Self.job("paralelism: 3")

        #expect(
            mistakes(text) == [
                """
                6:3: warning: Job "web": unknown field "spec.paralelism"; did you mean \
                "parallelism"?
                """
            ]
        )
    }
}
