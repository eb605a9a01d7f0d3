// SPDX-License-Identifier: Apache-2.0

import Files
import Plugin
import Posix

/// Changing to another configuration, in one step or not at all.
extension ControlPlane {
    /// From when on what is replaced counts as large: how long it took to make what replaces it, in
    /// milliseconds.
    static let largeMilliseconds: UInt64 = 20

    /// How often a configuration is made at most while links are turned and turned again.
    static let maximumMakingCount = 3

    /// Reads the Corefile again and builds everything anew; a mistake leaves all as it is.
    mutating func reload() {
        do throws(StartMistake) {
            take(try source.load())
        } catch {
            refuse(error)
        }
    }

    /// Changes to a Corefile that was read, or goes on without it.
    private mutating func take(_ next: LoadedCorefile) {
        refusal = []
        // What happened to files until here is read now: told later, all would be read twice.
        gathering.note(watcher.changes(), Self.now)
        guard rebuild(next, .unknown) else {
            looks.refused = next.digest
            return
        }
        for warning in next.warnings where !corefile.warnings.contains(warning) {
            surroundings.log.write(.warning, warning)
        }
        corefile = next
        looks = CorefileLooks()
        surroundings.log.write(.info, "Reloading complete")
    }

    /// Reads the Corefile again when it has changed; the `reload` plugin asks for this.
    mutating func lookAtCorefile() {
        lookAt = nextLook(published.current.plan)
        do throws(StartMistake) {
            let next = try source.load()
            guard looks.isWorthTaking(next.digest, serving: corefile.digest) else { return }
            surroundings.log.write(.info, "plugin/reload: the Corefile changed")
            take(next)
        } catch {
            if looks.isNews(error) { refuse(error) }
        }
    }

    /// Builds the configuration anew and publishes it in one step; false when it is refused.
    ///
    /// `changes`: what happened to files since the one that is served was made.
    @discardableResult
    mutating func rebuild(_ corefile: LoadedCorefile, _ changes: FileChanges) -> Bool {
        let start = Self.now
        // What workers have let go of by now would lie beside what is made.
        published.release()
        var meanwhile = (told: FileChanges(), unseen: FileChanges())
        do throws(StartMistake) {
            let next = try make(corefile, changes, &meanwhile)
            do throws(SystemError) {
                try board.open(for: next)
            } catch {
                throw StartMistake(Self.explain(error))
            }
            do throws(PageMistake) {
                if !next.plan.hasSamePages { try pages.prepare(next.plan.pages) }
            } catch {
                board.close(exceptFor: published.current)
                throw StartMistake(error.text)
            }
            if !next.plan.hasSamePages {
                pages.commit(next.plan.pages, poll, token: Token.pages)
            }
            // Before any worker knows it, so that the kernel's answers are never the older ones.
            kernel.take(next, on: board)
            let isLikeBefore = next.listensLike(published.current)
            published.publish(next)
            board.close(exceptFor: next)
            let end = Self.now
            if !isLikeBefore || !changes.isComplete || Self.isLarge(from: start, end) {
                for order in orders { order.wakeup.wake() }
            }
            gathering.end(isTaken: true, from: start, end)
            gathering.note(meanwhile.unseen, end)
            refusal = []
            settle(next)
            return true
        } catch {
            // What is tried again and again is told once.
            if error.lines != refusal { refuse(error) }
            refusal = error.lines
            gathering.end(isTaken: false, from: start, Self.now)
            gathering.note(meanwhile.told, Self.now)
            if published.current.plan.isUnsettled { tryAgainLater() }
            return false
        }
    }

    /// Makes the configuration anew, and again when a link was turned meanwhile.
    ///
    /// Who turns a link exchanges many files in one step; some of the old ones beside some of the
    /// new ones are a state that nobody wanted. `meanwhile`: what the watcher told, all of it, and
    /// the part of which the configuration may know nothing.
    private mutating func make(
        _ corefile: LoadedCorefile,
        _ changes: FileChanges,
        _ meanwhile: inout (told: FileChanges, unseen: FileChanges)
    ) throws(StartMistake) -> Configuration {
        var changes = changes
        for _ in 1..<Self.maximumMakingCount {
            let next = try makeOnce(corefile, changes)
            meanwhile.unseen = watcher.changes()
            meanwhile.told.formUnion(meanwhile.unseen)
            guard meanwhile.unseen.haveTurns else { return next }
            changes.formUnion(meanwhile.unseen)
        }
        meanwhile.unseen = FileChanges()
        return try makeOnce(corefile, changes)
    }

    private func makeOnce(
        _ corefile: LoadedCorefile,
        _ changes: FileChanges
    ) throws(StartMistake) -> Configuration {
        try Self.build(
            corefile,
            surroundings,
            previous: published.current,
            changes: changes
        )
    }

    /// Whether making a configuration took so long that what it replaces is not to be held.
    ///
    /// A worker that has nothing to do learns of changed files when somebody asks, or within a
    /// second. Until then it holds the configuration before, which may be as large as this one; with
    /// one that is being made there would be three.
    static func isLarge(from start: Moment, _ end: Moment) -> Bool {
        end.nanoseconds(since: start) >= largeMilliseconds * 1_000_000
    }

    /// Has everything read again after a while, each time a longer one.
    private mutating func tryAgainLater() {
        guard gathering.due == nil else { return }
        gathering.tryAgain(at: Self.now.adding(milliseconds: patienceMilliseconds))
        patienceMilliseconds = min(patienceMilliseconds * 2, Self.maximumUnsettledMilliseconds)
    }

    private func refuse(_ mistake: StartMistake) {
        counters.countFailure(surroundings.metrics)
        for line in mistake.lines { surroundings.log.write(.error, "Restart failed: \(line)") }
    }

    /// Watches what a configuration that is served depends on, and says what is wrong with its data.
    mutating func settle(_ configuration: Configuration) {
        let plan = configuration.plan
        let isNew = !plan.watched.isSubset(of: watched)
        watched = plan.watched
        let failed = watcher.watch(watched)
        let unwatched = failed.map { path in
            Report(
                "\(path): cannot be watched, so that changes are seen on SIGHUP only; "
                    + "fs.inotify.max_user_watches may be too small",
                isWarning: true
            )
        }
        for report in said.news(in: plan.reports + unwatched) {
            surroundings.log.write(report.logLevel, report.description)
            if report.level == .mistake { counters.countFault(surroundings.metrics) }
        }
        counters.setKept(plan.keptUnits)
        if plan.isUnsettled {
            tryAgainLater()
        } else {
            patienceMilliseconds = Self.unsettledMilliseconds
        }
        // What is newly watched may have changed between its reading and the watching; of what
        // cannot be watched nothing is told.
        if isNew {
            gathering.note(.unknown, Self.now)
        } else if !failed.isEmpty {
            gathering.loseTrack()
        }
        if lookAt == nil || plan.corefileInterval == nil { lookAt = nextLook(plan) }
        for action in plan.whenServing { action() }
    }

    /// When the Corefile is looked at next: the interval, less or more up to half of the jitter.
    private func nextLook(_ plan: Plan) -> Moment? {
        guard let interval = plan.corefileInterval else { return nil }
        let jitter = min(interval.jitterMilliseconds, interval.intervalMilliseconds / 2)
        let early = interval.intervalMilliseconds - jitter / 2
        return Self.now.adding(milliseconds: early + Randomness.bits() % (jitter + 1))
    }
}
