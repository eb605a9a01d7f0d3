// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing

@Suite struct SelectorDecodingTests {
    /// A Deployment with a selector, of which the template has the labels `app: a` and `tier: x`.
    private static func deployment(_ selector: String) -> String {
        workload(
            "selector: \(selector)\n"
                + "template: {metadata: {labels: {app: a, tier: x}}, spec: {containers: [{name: c}]}}"
        )
    }

    private static let rules = [
        Rule(
            "{matchLabels: {app: a}}",
            "{}",
            "5:13: %: Invalid value: {}: empty selector is invalid for deployment"
        ),
        Rule(
            "{matchLabels: {tier: x}}",
            "{matchLabels: {tier: ' x'}}",
            """
            5:34: %.matchLabels[tier]: Invalid value: " x": must be empty or at most 63 letters, \
            digits, '-', '_' and '.', first and last a letter or digit (such as 'my_value')
            """
        ),
        Rule(
            "{matchExpressions: [{key: app, operator: In, values: [a, b]}]}",
            "{matchExpressions: [{key: app, operator: in, values: [a, b]}]}",
            """
            5:54: %.matchExpressions[0].operator: Invalid value: "in": not a valid selector \
            operator: use In, NotIn, Exists or DoesNotExist
            """
        ),
        Rule(
            "{matchExpressions: [{key: app, operator: NotIn, values: [b]}]}",
            "{matchExpressions: [{key: app, operator: NotIn, values: []}]}",
            """
            5:33: %.matchExpressions[0].values: Required value: must be specified when \
            `operator` is 'In' or 'NotIn'
            """
        ),
        Rule(
            "{matchExpressions: [{key: app, operator: In, values: [a]}]}",
            "{matchExpressions: [{key: app, operator: In}]}",
            """
            5:33: %.matchExpressions[0].values: Required value: must be specified when \
            `operator` is 'In' or 'NotIn'
            """
        ),
        Rule(
            "{matchExpressions: [{key: app, operator: Exists}]}",
            "{matchExpressions: [{key: app, operator: Exists, values: [a]}]}",
            """
            5:70: %.matchExpressions[0].values: Forbidden: may not be specified when `operator` \
            is 'Exists' or 'DoesNotExist'
            """
        ),
        Rule(
            "{matchExpressions: [{key: b, operator: DoesNotExist, values: []}]}",
            "{matchExpressions: [{operator: DoesNotExist}]}",
            "5:33: %.matchExpressions[0].key: Required value: the key of a label"
        ),
        Rule(
            "{matchExpressions: [{key: app, operator: In, values: [a, '']}]}",
            "{matchExpressions: [{key: app, operator: In, values: [a, '-']}]}",
            """
            5:70: %.matchExpressions[0].values[1]: Invalid value: "-": must be empty or at most \
            63 letters, digits, '-', '_' and '.', first and last a letter or digit (such as \
            'my_value')
            """
        ),
        Rule(
            "{matchExpressions: [{key: app, operator: Exists}]}",
            "{matchExpressions: [{key: app}]}",
            """
            5:33: %.matchExpressions[0].operator: Required value: In, NotIn, Exists or \
            DoesNotExist
            """
        ),
    ]

    @Test("A rule lets through what keeps to it and refuses the rest", arguments: rules)
    func keeps(_ rule: Rule) {
        let said = rule.mistake.replacing("%", with: "Deployment \"web\": spec.selector")

        #expect(mistakes(Self.deployment(rule.accepted)) == [])
        #expect(mistakes(Self.deployment(rule.refused)) == [said])
        #expect(objects(Self.deployment(rule.refused)) == [])
    }

    @Test(
        "A selector selects the Pods of its own template",
        arguments: [
            ("{matchLabels: {app: a, tier: x}}", true), ("{matchLabels: {app: b}}", false),
            ("{matchLabels: {app: a, other: x}}", false),
            ("{matchExpressions: [{key: app, operator: In, values: [b, a]}]}", true),
            ("{matchExpressions: [{key: app, operator: In, values: [b]}]}", false),
            ("{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}", false),
            ("{matchExpressions: [{key: none, operator: NotIn, values: [a]}]}", true),
            ("{matchExpressions: [{key: none, operator: Exists}]}", false),
            ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", false),
            (
                "{matchLabels: {app: a}, matchExpressions: [{key: none, operator: DoesNotExist}]}",
                true
            ),
        ]
    )
    func selectsItsOwn(selector: String, isRight: Bool) {
        let said = """
            6:33: Deployment "web": spec.template.metadata.labels: Invalid value: \
            {"app":"a","tier":"x"}: `selector` does not match template `labels`
            """

        #expect(mistakes(Self.deployment(selector)) == (isRight ? [] : [said]))
    }

    @Test func tellsWhereLabelsAreMissing() {
        let text = workload(
            "selector: {matchLabels: {app: a}}\ntemplate: {spec: {containers: [{name: c}]}}"
        )

        #expect(
            mistakes(text) == [
                """
                6:13: Deployment "web": spec.template.metadata.labels: Invalid value: {}: \
                `selector` does not match template `labels`
                """
            ]
        )
    }
}
