// SPDX-License-Identifier: Apache-2.0

import Files

extension Life {
    /// How long the server gathers changes of files, in microseconds, as the control plane does.
    private static let gatheringMicroseconds = 10_000
    /// How soon what could not be read whole is read again, in microseconds.
    private static let unsettledMicroseconds = 50_000

    /// Somebody changes a file.
    func edit() {
        editCount += 1
        switch editCount == 1 ? 7 : editor.below(12) {
        case 0..<5: editCluster()
        case 5..<7:
            wanted.changeHosts(&editor)
            let old = models[models.count - 1].world.hostsText()
            write(World.Path.hosts, wanted.hostsText(filledTo: old.utf8.count))
        case 7..<10:
            wanted.changeCorefile(&editor)
            write(World.Path.corefile, wanted.corefile)
        default:
            breakCorefile()
        }
    }

    /// Somebody changes the objects of one file.
    private func editCluster() {
        let index = editor.below(wanted.cluster.files.count)
        let served = model.world.cluster.files[index]
        let isKnown =
            served.documents.map(\.object.name)
            == wanted.cluster.files[index].documents.map(\.object.name)
        if isKnown, editor.chance(25) {
            faults.wrong += 1
            wanted.cluster.breakDocument(file: index, &editor)
        } else {
            wanted.cluster.change(file: index, &editor)
        }
        let file = wanted.cluster.files[index]
        if file.isMounted {
            mountCount += 1
            let mounted = wanted.cluster.files.filter(\.isMounted)
            files.mount(mounted, version: mountCount)
            for file in mounted { note(file.path) }
            notify(file.path)
        } else {
            write(file.path, file.text(filledTo: served.text().utf8.count))
        }
    }

    /// Writes a file, whole or bit by bit, and lets the server know.
    private func write(_ path: String, _ text: String) {
        if files.isBeingWritten(path) { files.finishWriting(path) }
        guard editor.chance(60) else {
            files.replace(path, text)
            notify(path)
            return
        }
        files.beginWriting(path, phases(from: (try? files.read(path)) ?? [], to: Array(text.utf8)))
        notify(path)
        plan(.finishWriting(path: path), inMicroseconds: editor.number(5_000...300_000))
    }

    /// What a file holds while it is written: more and more of the new text, at last all of it.
    private func phases(from old: [UInt8], to new: [UInt8]) -> [[UInt8]] {
        var ends = (0..<editor.number(1...5)).map { _ in editor.below(new.count + 1) }
        ends.sort()
        let isOverwriting = editor.chance(50) && old.count == new.count
        return ends.map { Array(new[..<$0]) + (isOverwriting ? Array(old[$0...]) : []) } + [new]
    }

    /// Tells the server that a file changed: a signal for the Corefile, a watch for the rest.
    private func notify(_ path: String) {
        if path == World.Path.corefile {
            plan(.reload, inMicroseconds: editor.number(0...20_000))
        } else {
            note(path)
            plan(.rebuild, inMicroseconds: Self.gatheringMicroseconds)
        }
    }

    /// Tells which file changed, by its folder as a watch does, or that changes were lost.
    private func note(_ path: String) {
        if editor.chance(3) { changes.loseTrack() }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), changes.isComplete else {
            return
        }
        changes.note(String(path[path.index(after: slash)...]), in: String(path[..<slash]))
    }

    func finishWriting(_ path: String) {
        files.finishWriting(path)
        notify(path)
    }

    /// Puts a Corefile there that must be refused, and soon after the right one again.
    private func breakCorefile() {
        let text = editor.pick([
            wanted.corefile + "}\n",
            wanted.corefile + "broken.test:53 {\n",
            "hosts.test:53 {\n    hosst \(World.Path.hosts)\n}\n",
            "hosts.test:53 {\n    dnssec\n}\n",
            wanted.corefile + "hosts.test:53 {\n    whoami\n}\n",
        ])
        faults.wrong += 1
        files.replace(World.Path.corefile, text)
        files.startWatching()
        do throws(ControlMistake) {
            try control.reload()
            fail("a broken Corefile was taken:\n\(text)")
        } catch {
            files.replace(World.Path.corefile, wanted.corefile)
            notify(World.Path.corefile)
        }
    }

    /// The server builds anew because a file changed.
    func rebuild() {
        files.startWatching()
        do throws(ControlMistake) {
            try control.rebuild(changes)
            changes = FileChanges()
            published(isReload: false)
        } catch {
            fail("a rebuild was refused: \(error.text)")
        }
    }

    /// The server reads everything again.
    func reload() {
        let isTorn = files.isBeingWritten(World.Path.corefile)
        files.startWatching()
        do throws(ControlMistake) {
            try control.reload()
            changes = FileChanges()
            published(isReload: true)
        } catch {
            if !isTorn { fail("a reload was refused: \(error.text)") }
        }
    }

    /// From now on the server must serve what it could read whole.
    private func published(isReload: Bool) {
        publishCount += 1
        if isReload { reloadCount += 1 }
        log.add(UInt64(publishCount))
        var world = model.world
        if isReload, files.wasReadWhole(World.Path.corefile) {
            world.blocks = wanted.blocks
            world.revision = wanted.revision
        }
        if files.wasReadWhole(World.Path.hosts) { world.hosts = wanted.hosts }
        for (index, file) in wanted.cluster.files.enumerated() where files.wasReadWhole(file.path) {
            world.cluster.files[index] = file.settled(after: world.cluster.files[index])
        }
        models.append(ServerModel(world))
        if control.isUnsettled { plan(.rebuild, inMicroseconds: Self.unsettledMicroseconds) }
    }
}
