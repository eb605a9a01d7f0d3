// SPDX-License-Identifier: Apache-2.0

/// What of the objects a cluster shows, and under which names.
package struct ClusterOptions: Hashable, Sendable {
    /// Which names below `pod` there are.
    package enum PodNames: Hashable, Sendable {
        case disabled
        /// Every address in an exposed namespace, whether or not a Pod has it.
        case insecure
        /// The addresses of the Pods of the namespace.
        case verified
    }

    /// The namespaces that may be seen; nil for all.
    package var namespaces: Set<String>?
    /// The labels that a namespace must carry to be seen.
    package var namespaceSelector: LabelSelector?
    /// The labels that Services, slices and Pods must carry to be seen.
    package var selector: LabelSelector?
    package var podNames = PodNames.disabled
    /// Whether an endpoint without a host name is called after its Pod.
    package var usesPodNames = false
    /// Whether no endpoint is seen at all.
    package var ignoresEndpoints = false
    /// Whether a Service with addresses of its own but without a ready endpoint has no name.
    package var ignoresEmptyServices = false
    /// The most endpoints of one Service; tests hand in less.
    var maximumEndpointCount = ServiceBlock.maximumEndpointCount

    package init() {}
}
