// SPDX-License-Identifier: Apache-2.0

import Commands
import Kubernetes
import Plugin

extension Setup {
    /// Has commands look at what manifests say, and at what is made of it; `manifests`: their paths.
    mutating func addConsole(
        over objects: ManifestSet,
        at manifests: [String],
        _ registry: ClusterRegistry,
        _ plugin: Kubernetes
    ) {
        let contents = ClusterContents(objects, registry)
        let console = ClusterConsole(contents, files: files)
        consoles.append(Console(verbs: ClusterConsole.verbs) { console.run($0) })
        let authoring = AuthoringConsole(contents, files: files, manifests: manifests)
        consoles.append(Console(verbs: AuthoringConsole.verbs) { authoring.run($0) })
        consoles.append(
            Console(verbs: ["names"]) { request in
                var command = NamesCommand(plugin, contents)
                return command.run(Array(request.words.dropFirst()))
            }
        )
    }
}
