// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Testing
import Wire

@Suite struct ServiceTermsDecodingTests {
    private static let ports = "ports: [{port: 80}]\n"
    private static let balanced = "type: LoadBalancer\n"

    static let familyRules = [
        Rule(
            "ipFamilies: [IPv6, IPv4]",
            "ipFamilies: [IPv6, IPv5]",
            """
            7:22: %.ipFamilies[1]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"
            """
        ),
        Rule(
            "ipFamilies: [IPv4]",
            "ipFamilies: [IPv4, IPv4]",
            "7:22: %.ipFamilies[1]: Duplicate value: \"IPv4\""
        ),
        Rule(
            "ipFamilies: [IPv4, IPv6]",
            "ipFamilies: [IPv4, IPv6, IPv4]",
            "7:28: %.ipFamilies: Too many: 3: must have at most 2 items"
        ),
        Rule(
            "ipFamilyPolicy: PreferDualStack",
            "ipFamilyPolicy: DualStack",
            """
            7:19: %.ipFamilyPolicy: Unsupported value: "DualStack": supported values: \
            "SingleStack", "PreferDualStack", "RequireDualStack"
            """
        ),
        Rule(
            "ipFamilyPolicy: SingleStack\nipFamilies: [IPv6]",
            "ipFamilyPolicy: SingleStack\nipFamilies: [IPv6, IPv4]",
            """
            7:19: %.ipFamilyPolicy: Invalid value: "SingleStack": must be RequireDualStack or \
            PreferDualStack when multiple 'ipFamilies' are specified
            """
        ),
        Rule(
            "ipFamilyPolicy: SingleStack\nclusterIP: 10.0.0.1",
            "ipFamilyPolicy: SingleStack\nclusterIPs: [10.0.0.1, '::1']",
            """
            7:19: %.ipFamilyPolicy: Invalid value: "SingleStack": must be RequireDualStack or \
            PreferDualStack when multiple 'clusterIPs' are specified
            """
        ),
        Rule(
            "clusterIP: 10.0.0.1\nipFamilies: [IPv4, IPv6]",
            "clusterIP: 10.0.0.1\nipFamilies: [IPv6]",
            """
            7:14: %.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated \
            by `ipFamilies[0]`
            """
        ),
        Rule(
            "type: ExternalName\nexternalName: a.example",
            "type: ExternalName\nexternalName: a.example\nipFamilies: [IPv4]",
            "9:15: %.ipFamilies: Forbidden: may not be set for ExternalName services"
        ),
        Rule(
            "type: ExternalName\nexternalName: a.example",
            "type: ExternalName\nexternalName: a.example\nipFamilyPolicy: SingleStack",
            "9:19: %.ipFamilyPolicy: Forbidden: may not be set for ExternalName services"
        ),
    ]

    static let trafficRules = [
        Rule(
            "sessionAffinity: ClientIP",
            "sessionAffinity: Cookie",
            """
            7:20: %.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", \
            "None"
            """
        ),
        Rule(
            "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 86400}}",
            "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}",
            """
            8:54: %.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be \
            greater than 0 and less than 86400
            """
        ),
        Rule(
            "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 1}}",
            "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 0}}",
            """
            8:54: %.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be \
            greater than 0 and less than 86400
            """
        ),
        Rule(
            "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 9}}",
            "sessionAffinity: None\nsessionAffinityConfig: {clientIP: {timeoutSeconds: 9}}",
            """
            8:26: %.sessionAffinityConfig: Forbidden: must not be set when session affinity is None
            """
        ),
        Rule(
            "type: NodePort\nexternalTrafficPolicy: Local",
            "type: NodePort\nexternalTrafficPolicy: Node",
            """
            8:26: %.externalTrafficPolicy: Unsupported value: "Node": supported values: \
            "Cluster", "Local"
            """
        ),
        Rule(
            "externalIPs: [192.0.2.1]\nexternalTrafficPolicy: Local",
            "externalTrafficPolicy: Local",
            """
            7:26: %.externalTrafficPolicy: Invalid value: "Local": may only be set for \
            externally-accessible services
            """
        ),
        Rule(
            "internalTrafficPolicy: Local",
            "internalTrafficPolicy: local",
            """
            7:26: %.internalTrafficPolicy: Unsupported value: "local": supported values: \
            "Cluster", "Local"
            """
        ),
        Rule(
            "trafficDistribution: PreferClose",
            "trafficDistribution: Close",
            """
            7:24: %.trafficDistribution: Unsupported value: "Close": supported values: \
            "PreferClose", "PreferSameZone", "PreferSameNode"
            """
        ),
        Rule(
            "selector: {app.kubernetes.io/name: Web_1.0}",
            "selector: {app: 'a b'}",
            """
            7:19: %.selector[app]: Invalid value: "a b": must be empty or at most 63 letters, \
            digits, '-', '_' and '.', first and last a letter or digit (such as 'my_value')
            """
        ),
        Rule(
            "externalIPs: [192.0.2.1, '2001:db8::1']",
            "externalIPs: [192.0.2.1, 127.0.0.1]",
            """
            7:28: %.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range \
            (127.0.0.0/8, ::1/128)
            """
        ),
        Rule(
            "externalIPs: [169.253.0.1]",
            "externalIPs: [169.254.0.1]",
            """
            7:17: %.externalIPs[0]: Invalid value: "169.254.0.1": may not be in the link-local \
            range (169.254.0.0/16, fe80::/10)
            """
        ),
        Rule(
            "externalIPs: ['ff05::1']",
            "externalIPs: ['ff02::1']",
            """
            7:17: %.externalIPs[0]: Invalid value: "ff02::1": may not be in the link-local \
            multicast range (224.0.0.0/24, ff02::/10)
            """
        ),
        Rule(
            "externalIPs: []",
            "externalIPs: [0.0.0.0]",
            "7:17: %.externalIPs[0]: Invalid value: \"0.0.0.0\": may not be unspecified (0.0.0.0)"
        ),
    ]

    static let balancerRules = [
        Rule(
            balanced + "allocateLoadBalancerNodePorts: false",
            "allocateLoadBalancerNodePorts: false",
            """
            7:34: %.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is \
            'LoadBalancer'
            """
        ),
        Rule(
            balanced + "loadBalancerClass: example.com/lb",
            "type: NodePort\nloadBalancerClass: example.com/lb",
            "8:22: %.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"
        ),
        Rule(
            balanced + "loadBalancerClass: example.com/lb",
            balanced + "loadBalancerClass: example.com/",
            """
            8:22: %.loadBalancerClass: Invalid value: "example.com/": must be at most 63 letters, \
            digits, '-', '_' and '.', first and last a letter or digit, with a DNS name and '/' in \
            front where wanted (such as 'app' or 'example.com/app')
            """
        ),
        Rule(
            balanced + "loadBalancerSourceRanges: [10.0.0.0/8]",
            balanced + "loadBalancerSourceRanges: [10.0.0.0/33]",
            """
            8:30: %.loadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": must be a valid \
            CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)
            """
        ),
        Rule(
            balanced + "loadBalancerIP: 192.0.2.1",
            balanced + "loadBalancerIP: 192.0.2",
            """
            8:19: %.loadBalancerIP: Invalid value: "192.0.2": must be a valid IP address (such as \
            10.9.8.7 or 2001:db8::ffff)
            """
        ),
        Rule(
            balanced + "externalTrafficPolicy: Local\nhealthCheckNodePort: 31000",
            balanced + "healthCheckNodePort: 31000",
            """
            8:24: %.healthCheckNodePort: Forbidden: may only be set when `type` is \
            'LoadBalancer' and `externalTrafficPolicy` is 'Local'
            """
        ),
    ]

    @Test(
        "A rule lets through what keeps to it and refuses the rest",
        arguments: familyRules + trafficRules + balancerRules
    )
    func keeps(_ rule: Rule) {
        let said = rule.mistake.replacing("%", with: "Service \"s\": spec")

        #expect(mistakes(service(Self.ports + rule.accepted)) == [])
        #expect(mistakes(service(Self.ports + rule.refused)) == [said])
        #expect(objects(service(Self.ports + rule.refused)) == [])
    }

    @Test(
        "Ports of nodes and numbers that are there twice are refused",
        arguments: [
            (
                "ports: [{port: 80, nodePort: 30080}]",
                "6:32: %[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"
            ),
            (
                """
                type: ExternalName
                externalName: a
                ports: [{port: 80, nodePort: 30080}]
                """,
                "8:32: %[0].nodePort: Forbidden: may not be used when `type` is 'ExternalName'"
            ),
            (
                """
                type: NodePort
                ports:
                - {name: a, port: 80, nodePort: 30080}
                - {name: b, port: 81, nodePort: 30080}
                """,
                "9:35: %[1].nodePort: Duplicate value: 30080"
            ),
            (
                "ports: [{name: a, port: 80}, {name: b, port: 80, protocol: TCP}]",
                "6:32: %[1]: Duplicate value: {\"port\":80,\"protocol\":\"TCP\"}"
            ),
        ] as [(String, String)]
    )
    func refusesPorts(spec: String, mistake: String) {
        let said = mistake.replacing("%", with: "Service \"s\": spec.ports")

        #expect(mistakes(service(spec)) == [said])
    }

    @Test func letsPortsOfTwoTransportsShareTheirNumbers() {
        let text = service(
            """
            type: NodePort
            ports:
            - {name: a, port: 53, nodePort: 30053}
            - {name: b, port: 53, nodePort: 30053, protocol: UDP}
            """
        )

        #expect(mistakes(text) == [])
        #expect(onlyService(text)?.ports.map(\.nodePort) == [30_053, 30_053])
    }

    @Test func leavesOutMeansWhatTheServerFillsIn() throws {
        let plain = try #require(onlyService(service("ports: [{port: 80, nodePort: 0}]")))
        let sticky = try #require(onlyService(service(Self.ports + "sessionAffinity: ClientIP")))

        #expect(plain.terms == ServiceTerms())
        #expect(plain.ports.map(\.nodePort) == [0])
        #expect(sticky.terms.affinitySeconds == 10_800)
    }

    @Test func readsEveryTerm() throws {
        let text = """
            apiVersion: v1
            kind: Service
            metadata: {name: s}
            spec:
              type: LoadBalancer
              ipFamilyPolicy: RequireDualStack
              ipFamilies: [IPv6, IPv4]
              externalTrafficPolicy: Local
              internalTrafficPolicy: Local
              sessionAffinity: ClientIP
              sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}
              healthCheckNodePort: 31000
              allocateLoadBalancerNodePorts: false
              loadBalancerClass: example.com/lb
              loadBalancerIP: 192.0.2.9
              externalIPs: [198.51.100.1]
              ports: [{port: 80, nodePort: 30080}]
            status:
              loadBalancer: {ingress: [{ip: 192.0.2.9}, {hostname: lb.example.com}]}
            """
        var terms = ServiceTerms()
        terms.type = .loadBalancer
        terms.familyPolicy = .requireDualStack
        terms.families = [.v6, .v4]
        terms.isExternalTrafficLocal = true
        terms.isInternalTrafficLocal = true
        terms.affinitySeconds = 60
        terms.healthCheckPort = 31_000
        terms.allocatesNodePorts = false
        terms.loadBalancerClass = "example.com/lb"
        terms.loadBalancerAddress = IPAddress("192.0.2.9")
        terms.externalAddresses = [IPAddress("198.51.100.1")].compactMap(\.self)
        terms.ingressAddresses = [IPAddress("192.0.2.9")].compactMap(\.self)

        let service = try #require(onlyService(text))

        #expect(mistakes(text) == [])
        #expect(service.terms == terms)
        #expect(service.ports.map(\.nodePort) == [30_080])
    }

    @Test func warnsOfUnknownFieldsOfTheAffinity() {
        let spec = "sessionAffinity: ClientIP\nsessionAffinityConfig: {clientIP: {timeout: 1}}"

        #expect(
            mistakes(service(Self.ports + spec)) == [
                """
                8:38: warning: Service "s": unknown field \
                "spec.sessionAffinityConfig.clientIP.timeout"; did you mean "timeoutSeconds"?
                """
            ]
        )
    }
}
