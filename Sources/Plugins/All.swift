// SPDX-License-Identifier: Apache-2.0

import Plugin

/// Every plugin, in the order a query meets them, whatever the order of the Corefile.
///
/// The order is CoreDNS 1.14.7's, so that the same Corefile means the same.
package let all: [any Plugin.Type] = [
    Root.self,
    Reload.self,
    Bufsize.self,
    Bind.self,
    Ready.self,
    Health.self,
    Prometheus.self,
    Errors.self,
    Log.self,
    Loadbalance.self,
    Families.self,
    Cache.self,
    Hosts.self,
    Kubernetes.self,
    File.self,
    Loop.self,
    Forward.self,
    Whoami.self,
]
