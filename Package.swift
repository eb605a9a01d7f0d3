// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
//
// The map of the house: modules in reading order. Arrows point only upwards in this list.

import PackageDescription

/// The rules that every module of ours is compiled under.
let rules: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// A module of the server.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: rules)
}

/// The tests of one module, and what else they need.
///
/// `excluding` names folders with what the tests read, which is not compiled.
func tests(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    excluding excluded: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name)] + dependencies,
        exclude: excluded,
        swiftSettings: rules
    )
}

let package = Package(
    name: "apus",
    targets: [
        // C headers, seen by exactly one module each.
        .systemLibrary(
            name: "CLDNS",
            pkgConfig: "ldns",
            providers: [.apt(["libldns-dev", "libssl-dev"])]
        ),
        .systemLibrary(name: "CProcessor"),
        .systemLibrary(name: "CSystem"),
        .systemLibrary(
            name: "CYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]
        ),
        .systemLibrary(
            name: "CMicrohttpd",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),

        // Leaves: no knowledge of the server.
        module("Wire", ["CProcessor"]),
        module("Files", ["Wire"]),
        module("Posix", ["CSystem", "Wire", "Files"]),
        module("Corefile"),
        module("Metrics"),
        module("LDNS", ["CLDNS"]),
        module("YAML", ["CYAML"]),
        module("HTTP", ["CMicrohttpd"]),
        module("TLS", ["COpenSSL", "Wire"]),
        module("XDP", ["Wire"]),

        // What a plugin is; what a cluster is; the features; the server.
        module("Plugin", ["Wire", "Files", "Corefile", "Metrics", "TLS"]),
        module("Kubernetes", ["Wire", "Files", "YAML"]),
        module("Commands", ["Wire", "Files", "YAML", "Plugin", "Kubernetes"]),
        module(
            "Plugins",
            [
                "Wire", "Files", "Corefile", "Metrics", "LDNS", "TLS", "Plugin", "Kubernetes",
                "Commands",
            ]
        ),
        module(
            "Server",
            ["Posix", "Wire", "Files", "Corefile", "Metrics", "Plugin", "HTTP", "TLS", "XDP"]
        ),
        module(
            "Simulation",
            [
                "Wire", "Files", "Corefile", "Metrics", "Plugin", "Kubernetes", "Plugins", "Server",
            ]
        ),
        .executableTarget(
            name: "apus",
            dependencies: ["Posix", "Plugins", "Server"],
            swiftSettings: rules
        ),
        // The simulator of scripts/simulate.
        .executableTarget(
            name: "simulate",
            dependencies: ["Posix", "Simulation"],
            swiftSettings: rules
        ),
        // The load generator of scripts/bench.
        .executableTarget(
            name: "bench",
            dependencies: ["Posix", "Wire", "Files", "YAML"],
            swiftSettings: rules
        ),

        tests("Wire"),
        tests("Files"),
        tests("Posix", ["Wire", "Files"]),
        tests("Corefile"),
        tests("Metrics"),
        tests("LDNS"),
        tests("YAML"),
        tests("HTTP"),
        tests("TLS", ["Wire"]),
        tests("XDP", ["Posix", "Wire"]),
        tests("Plugin", ["Wire", "Files", "Corefile", "Metrics"]),
        tests("Kubernetes", ["Wire", "Files", "YAML"], excluding: ["Manifests"]),
        tests("Commands", ["Wire", "Files", "YAML", "Plugin", "Kubernetes"]),
        tests(
            "Plugins",
            ["Wire", "Files", "Corefile", "Metrics", "LDNS", "TLS", "Plugin", "Kubernetes"]
        ),
        tests(
            "Server",
            [
                "Posix", "Wire", "Files", "Corefile", "Metrics", "LDNS", "Plugin", "Plugins",
                "HTTP", "TLS", "XDP",
            ]
        ),
        tests(
            "Simulation",
            [
                "Wire", "Files", "Corefile", "Metrics", "Plugin", "Kubernetes", "Plugins", "Server",
            ]
        ),
        .testTarget(
            name: "BenchTests",
            dependencies: ["bench", "Kubernetes", "Posix", "Wire", "YAML"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "apus", "bench", "Posix", "Wire", "Corefile", "Files", "Metrics", "Plugin",
                "Plugins",
                "Server", "TLS",
            ],
            swiftSettings: rules
        ),
        // Whole servers without sockets, told as text: see the folder's Scenarios/README.md.
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "Posix", "Wire", "Files", "Corefile", "Metrics", "LDNS", "Plugin", "Plugins",
                "Server",
            ],
            exclude: ["Scenarios"],
            swiftSettings: rules
        ),
        .testTarget(
            name: "HouseTests",
            dependencies: ["Files", "Posix", "Plugin", "Plugins", "Server"],
            swiftSettings: rules
        ),
    ]
)

// The fuzzer needs a compiler mode that nothing else may be built in: scripts/fuzz asks for it.
if Context.environment["APUS_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", "Posix", "Wire", "Files", "Corefile", "Metrics", "Plugin", "Kubernetes",
                "Plugins",
            ],
            swiftSettings: rules
        ),
    ]
}

// The address sanitizer of scripts/sanitize looks at the modules that touch memory by hand; they are
// built in a tenth of the time of all.
if Context.environment["APUS_LEAVES"] != nil {
    let leaves = ["Wire", "Files", "Posix", "LDNS", "YAML", "HTTP", "TLS", "XDP"]
    package.targets.removeAll { target in
        target.type != .system && !leaves.contains { [$0, $0 + "Tests"].contains(target.name) }
    }
}
