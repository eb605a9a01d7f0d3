// SPDX-License-Identifier: Apache-2.0

/// What Services hold or held that is not written in their manifests, to be handed on.
package struct AllocationMemory: Sendable {
    /// What each Service held; those that were in use are waited for.
    private(set) var holdings = RememberedHoldings()
    /// What Pods and Nodes were given.
    var pods = PodMemory()

    /// Nothing.
    package init() {}

    /// Everything that a provision gave and remembers, and what Pods were given.
    init(_ provision: Provision, _ workloads: Workloads) {
        pods = workloads.memory
        holdings = provision.remembered
        for (key, holding) in provision.grants.sorted(by: { $0.key < $1.key }) {
            insert(holding, of: key, wasInUse: true)
        }
    }

    /// Remembers a Service; past the limit for those that are gone, the one that went first is
    /// forgotten.
    mutating func insert(_ holding: Holding, of key: ServiceKey, wasInUse: Bool) {
        _ = holdings.insert(holding, of: key, wasInUse: wasInUse)
    }

    /// How many Services are remembered.
    package var count: Int { holdings.count }
}
