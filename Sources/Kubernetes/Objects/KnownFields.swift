// SPDX-License-Identifier: Apache-2.0

import YAML

/// The fields that Kubernetes 1.33 knows, where a misspelt one is worth a warning.
enum KnownFields {
    static let object: YAMLNames = ["apiVersion", "kind", "metadata", "spec", "status"]
    static let namespace = object
    static let endpointSlice: YAMLNames = [
        "apiVersion", "kind", "metadata", "addressType", "endpoints", "ports",
    ]
    static let endpoints: YAMLNames = ["apiVersion", "kind", "metadata", "subsets"]

    static let metadata: YAMLNames = [
        "annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp",
        "finalizers", "generateName", "generation", "labels", "managedFields", "name", "namespace",
        "ownerReferences", "resourceVersion", "selfLink", "uid",
    ]

    static let ownerReference: YAMLNames = [
        "apiVersion", "blockOwnerDeletion", "controller", "kind", "name", "uid",
    ]
    static let labelSelector: YAMLNames = ["matchExpressions", "matchLabels"]
    static let selectorRequirement: YAMLNames = ["key", "operator", "values"]

    static let serviceSpec: YAMLNames = [
        "allocateLoadBalancerNodePorts", "clusterIP", "clusterIPs", "externalIPs", "externalName",
        "externalTrafficPolicy", "healthCheckNodePort", "internalTrafficPolicy", "ipFamilies",
        "ipFamilyPolicy", "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges",
        "ports", "publishNotReadyAddresses", "selector", "sessionAffinity",
        "sessionAffinityConfig", "trafficDistribution", "type",
    ]
    static let affinityConfig: YAMLNames = ["clientIP"]
    static let clientAffinity: YAMLNames = ["timeoutSeconds"]
    static let servicePort: YAMLNames = [
        "appProtocol", "name", "nodePort", "port", "protocol", "targetPort",
    ]

    static let sliceEndpoint: YAMLNames = [
        "addresses", "conditions", "deprecatedTopology", "hints", "hostname", "nodeName",
        "targetRef", "topology", "zone",
    ]
    static let conditions: YAMLNames = ["ready", "serving", "terminating"]
    static let endpointPort: YAMLNames = ["appProtocol", "name", "port", "protocol"]
    static let subset: YAMLNames = ["addresses", "notReadyAddresses", "ports"]
    static let subsetAddress: YAMLNames = ["hostname", "ip", "nodeName", "targetRef"]

    static let podSpec: YAMLNames = [
        "activeDeadlineSeconds", "affinity", "automountServiceAccountToken", "containers",
        "dnsConfig", "dnsPolicy", "enableServiceLinks", "ephemeralContainers", "hostAliases",
        "hostIPC", "hostNetwork", "hostPID", "hostUsers", "hostname", "hostnameOverride",
        "imagePullSecrets", "initContainers", "nodeName", "nodeSelector", "os", "overhead",
        "preemptionPolicy", "priority", "priorityClassName", "readinessGates", "resourceClaims",
        "resources", "restartPolicy", "runtimeClassName", "schedulerName", "schedulingGates",
        "securityContext", "serviceAccount", "serviceAccountName", "setHostnameAsFQDN",
        "shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "tolerations",
        "topologySpreadConstraints", "volumes",
    ]
    static let container: YAMLNames = [
        "args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle",
        "livenessProbe", "name", "ports", "readinessProbe", "resizePolicy", "resources",
        "restartPolicy", "restartPolicyRules", "securityContext", "startupProbe", "stdin",
        "stdinOnce", "targetContainerName", "terminationMessagePath",
        "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
    ]
    static let containerPort: YAMLNames = [
        "containerPort", "hostIP", "hostPort", "name", "protocol",
    ]

    /// The `spec` of the kinds that make Pods, by kind.
    static let workloadSpecs: [String: YAMLNames] = [
        "Deployment": [
            "minReadySeconds", "paused", "progressDeadlineSeconds", "replicas",
            "revisionHistoryLimit", "selector", "strategy", "template",
        ],
        "ReplicaSet": ["minReadySeconds", "replicas", "selector", "template"],
        "StatefulSet": [
            "minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy",
            "podManagementPolicy", "replicas", "revisionHistoryLimit", "selector", "serviceName",
            "template", "updateStrategy", "volumeClaimTemplates",
        ],
        "DaemonSet": [
            "minReadySeconds", "revisionHistoryLimit", "selector", "template", "updateStrategy",
        ],
        "Job": [
            "activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex", "completionMode",
            "completions", "managedBy", "manualSelector", "maxFailedIndexes", "parallelism",
            "podFailurePolicy", "podReplacementPolicy", "selector", "successPolicy", "suspend",
            "template", "ttlSecondsAfterFinished",
        ],
    ]
    static let podTemplate: YAMLNames = ["metadata", "spec"]
    static let ordinals: YAMLNames = ["start"]
    static let claimRetention: YAMLNames = ["whenDeleted", "whenScaled"]
    static let strategy: YAMLNames = ["rollingUpdate", "type"]
    /// What `rollingUpdate` holds, by kind.
    static let rollingUpdates: [String: YAMLNames] = [
        "Deployment": ["maxSurge", "maxUnavailable"],
        "StatefulSet": ["maxUnavailable", "partition"],
        "DaemonSet": ["maxSurge", "maxUnavailable"],
    ]

    static let nodeSpec: YAMLNames = [
        "configSource", "externalID", "podCIDR", "podCIDRs", "providerID", "taints",
        "unschedulable",
    ]
    static let nodeAddress: YAMLNames = ["address", "type"]

    /// Kinds without a use here that live in a namespace, `default` where they name none.
    ///
    /// Of any other kind it cannot be known, so only a namespace that it names counts.
    static let namespacedKinds: Set<String> = [
        "ConfigMap", "CronJob", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "Ingress",
        "Job", "LimitRange", "NetworkPolicy", "PersistentVolumeClaim", "PodDisruptionBudget",
        "ReplicaSet", "ReplicationController", "ResourceQuota", "Role", "RoleBinding", "Secret",
        "ServiceAccount", "StatefulSet",
    ]
}
