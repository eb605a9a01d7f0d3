// SPDX-License-Identifier: Apache-2.0

/// The plugins of CoreDNS 1.14.7 that are known but not built, sorted.
///
/// A Corefile that uses one is told "not yet" instead of "unknown".
package let notYet = [
    "acl", "any", "auto", "autopath", "azure", "cancel", "chaos", "clouddns", "debug", "dns64",
    "dnssec", "dnstap", "erratic", "etcd", "geoip", "grpc", "grpc_server", "header", "https",
    "https3", "k8s_external", "local", "metadata", "minimal", "multisocket", "nomad", "nsid", "on",
    "pprof", "proxyproto", "quic", "rewrite", "route53", "secondary", "shed", "sign", "template",
    "timeouts", "tls", "trace", "transfer", "tsig", "view",
]
