// SPDX-License-Identifier: Apache-2.0

import Plugin
import Wire

/// What `UpstreamPace` counts, and what it makes of that.
struct PaceBook: Sendable {
    /// How long is counted before something is made of it, in nanoseconds.
    static let windowNanoseconds: UInt64 = 100_000_000
    /// How many losses within a second mean that it is worth counting.
    static let lossesToWatch = 16
    /// How many replies of those windows tell what an upstream can do; of fewer, chance decides.
    static let leastRepliesToLearn = 100
    /// The part of the questions that must get lost for that: less is what networks lose.
    static let leastLossToLearn = 0.25
    /// How many windows without loss or refusal end the counting.
    static let quietWindowsToEnd = 50
    /// In how many windows one after the other questions must get lost before there is a limit: an
    /// upstream that only stops for a moment answers late, but it answers.
    static let lossyWindowsToLimit = 3
    /// How soon after each other lowerings of the limit are of one series, in nanoseconds.
    static let seriesNanoseconds: UInt64 = 2_000_000_000
    /// When so many were of no use, the losses have another reason than how much is asked.
    static let longestSeries = 6
    /// How long a limit is kept before it is raised to where questions got lost, in nanoseconds:
    /// the first time, and each time after.
    static let firstHoldNanoseconds: UInt64 = 30_000_000_000
    static let laterHoldNanoseconds: UInt64 = 60_000_000_000
    /// By what part it is raised then: each time by twice as much.
    static let leastGrowth = 0.005
    static let mostGrowth = 0.1
    /// What part of the most that was answered is far less than an upstream can bear: losses at
    /// such a limit have another reason, or it can do less than before.
    static let farPart = 0.75
    /// How long a limit is kept that is so low, in nanoseconds: longer than the lowerings of one
    /// series are apart.
    static let shortHoldNanoseconds: UInt64 = 2_100_000_000
    /// How long such losses are left alone, in nanoseconds.
    static let leaveAloneNanoseconds: UInt64 = 60_000_000_000
    /// The least that is asked, in questions a second.
    static let leastRate = 20.0
    /// How many questions may be sent at once: those of so many nanoseconds, and some at least.
    static let burstNanoseconds = 10_000_000.0
    static let leastBurst = 4.0
    /// How long a question waits at most for its turn where the Corefile sets the limit.
    static let longestWaitNanoseconds = 100_000_000.0

    /// What is counted within a window.
    private struct Window {
        var start: Moment
        var sent = 0
        var replied = 0
        var lost = 0
        var refused = 0
    }

    /// Lowerings of the limit soon after each other.
    private struct Series {
        /// The limit before the first of them.
        var rate = 0.0
        var count = 0
        var lost = 0
        var replied = 0
    }

    /// Windows one after the other in which questions got lost.
    private struct Lossy {
        var windowCount = 0
        var replyCount = 0
        /// The most that was answered in one of them, in replies a second.
        var mostBorne = 0.0
    }

    private(set) var isWatching = false
    private(set) var learntRate: Double?
    private var window = Window(start: Moment(nanoseconds: 0))
    /// Losses, and since when, while nothing else is counted.
    private var losses: (since: Moment, count: Int) = (Moment(nanoseconds: 0), 0)
    private var leftAloneUntil = Moment(nanoseconds: 0)
    /// When the limit was lowered last: losses of questions before that say nothing new.
    private var lowered = Moment(nanoseconds: 0)
    private var quietWindows = 0
    /// The part of the questions that got lost when the limit was set first, and that which gets
    /// lost whatever is asked.
    private var firstLoss = 0.0
    private var usualLoss = 0.0
    private var series = Series()
    /// The limit at which questions got lost last, in questions a second; infinite when none did.
    private var badRate = Double.infinity
    /// How long a limit is kept shortly below that, in nanoseconds.
    private var hold = PaceBook.firstHoldNanoseconds
    private var lossy = Lossy()
    /// The most that was answered in a window in which little got lost, in replies a second, as far
    /// as it is still believed.
    private(set) var borneRate = 0.0
    /// Whether the limit is far below that, and so soon goes back to it.
    private var isFarBelow = false
    /// By what part the limit is raised next beyond that.
    private var growth = PaceBook.leastGrowth

    /// How many questions may be sent at once; below 0 when some wait for their turn.
    private var allowance = PaceBook.leastBurst
    private var allowanceMoment = Moment(nanoseconds: 0)

    /// What each client asked lately: in this second and in the one before.
    private var asked: (now: ClientCounts, before: ClientCounts)?
    private var askedSince = Moment(nanoseconds: 0)

    init() {}

    mutating func admit(
        _ client: IPAddress,
        at now: Moment,
        maximumRate: Int,
        goesFirst: Bool = false,
        seed: UInt64
    ) -> UpstreamPace.Admission {
        turn(now)
        let share = note(client, now, seed)
        let fixed = maximumRate > 0 ? Double(maximumRate) : nil
        guard let rate = [fixed, learntRate].compactMap({ $0 }).min() else {
            window.sent += 1
            return .now
        }
        let burst = max(rate * Self.burstNanoseconds / 1e9, Self.leastBurst)
        let debt = rate == fixed ? rate * Self.longestWaitNanoseconds / 1e9 : 0
        let passed = Double(now.nanoseconds(since: allowanceMoment)) / 1e9
        allowance = min(burst, allowance + passed * rate)
        allowanceMoment = max(allowanceMoment, now)
        // What goes first may borrow one burst more, for which others wait then.
        let places = burst + debt + (goesFirst ? burst : 0)
        // A client that asks for everything has half of the places; one that asks for little, all.
        guard allowance - 1 >= share / 2 * places - (places - burst) else {
            window.refused += 1
            return .refused
        }
        allowance -= 1
        window.sent += 1
        guard allowance < 0 else { return .now }
        return .at(now.adding(nanoseconds: UInt64(-allowance / rate * 1e9)))
    }

    mutating func noteReply(at now: Moment) {
        turn(now)
        window.replied += 1
    }

    mutating func noteLoss(began: Moment, at now: Moment) {
        if isWatching {
            turn(now)
            if began >= lowered { window.lost += 1 }
            return
        }
        guard now >= leftAloneUntil else { return }
        if now.nanoseconds(since: losses.since) > 1_000_000_000 { losses = (now, 0) }
        losses.count += 1
        guard losses.count >= Self.lossesToWatch else { return }
        losses.count = 0
        isWatching = true
        quietWindows = 0
        window = Window(start: now)
    }

    /// Notes a question; the part of all questions lately that are this client's.
    private mutating func note(_ client: IPAddress, _ now: Moment, _ seed: UInt64) -> Double {
        var (recent, before) = asked ?? (ClientCounts(seed: seed), ClientCounts(seed: seed))
        asked = nil
        defer { asked = (recent, before) }
        let age = now.nanoseconds(since: askedSince)
        if age >= 1_000_000_000 {
            swap(&recent, &before)
            recent.removeAll()
            if age >= 2_000_000_000 { before.removeAll() }
            askedSince = now
        }
        let place = recent.place(of: client)
        recent.add(at: place)
        let own = recent.count(at: place) + before.count(at: place)
        return Double(own) / Double(recent.total + before.total)
    }

    /// Makes something of a window that is over.
    private mutating func turn(_ now: Moment) {
        let elapsed = now.nanoseconds(since: window.start)
        guard isWatching, elapsed >= Self.windowNanoseconds else { return }
        let seconds = Double(elapsed) / 1e9
        defer { window = Window(start: now) }
        if let learntRate { adapt(learntRate, seconds, now) } else { learn(seconds, now) }
        quietWindows = window.lost == 0 && window.refused == 0 ? quietWindows + 1 : 0
        if quietWindows >= Self.quietWindowsToEnd { end() }
    }

    /// Sets a limit once more than one question in four was lost in some windows one after the
    /// other, of enough to tell: the most that was answered in one of them.
    private mutating func learn(_ seconds: Double, _ now: Moment) {
        let loss = 1 - Double(window.replied) / Double(max(1, window.sent))
        guard window.replied > 0, window.lost > 0, loss > Self.leastLossToLearn else {
            lossy = Lossy()
            return
        }
        lossy.windowCount += 1
        lossy.replyCount += window.replied
        lossy.mostBorne = max(lossy.mostBorne, Double(window.replied) / seconds)
        guard lossy.windowCount >= Self.lossyWindowsToLimit,
            lossy.replyCount >= Self.leastRepliesToLearn
        else { return }
        firstLoss = loss
        usualLoss = 0
        series = Series()
        lowered = now
        growth = Self.mostGrowth
        badRate = .infinity
        hold = Self.firstHoldNanoseconds
        borneRate = lossy.mostBorne
        isFarBelow = false
        learntRate = max(0.9 * borneRate, Self.leastRate)
        lossy = Lossy()
        allowance = 0
        allowanceMoment = now
    }

    /// Lowers the limit when questions get lost; raises it to shortly below where that was, and
    /// only after a while beyond, as each time some must get lost for it to be known.
    private mutating func adapt(_ rate: Double, _ seconds: Double, _ now: Moment) {
        if isLosing { return lower(rate, seconds, now) }
        // Replies that come late, all at once, were not all borne in this window.
        borneRate = max(borneRate, Double(min(window.replied, window.sent)) / seconds)
        guard window.refused > 0 else { return }
        if isFarBelow { comeBack(rate, now) } else { raise(rate, now) }
    }

    /// Whether more got lost in the window than usual, and than chance explains.
    private var isLosing: Bool {
        let total = Double(window.lost + window.replied)
        let usual = usualLoss * total
        let lost = Double(window.lost)
        return lost > usual + 3 * usual.squareRoot() + 1 && lost > usual + 0.005 * total
    }

    private mutating func lower(_ rate: Double, _ seconds: Double, _ now: Moment) {
        if series.count == 0 || now.nanoseconds(since: lowered) > Self.seriesNanoseconds {
            series = Series(rate: rate)
        }
        series.count += 1
        series.lost += window.lost
        series.replied += window.replied
        isFarBelow = rate < Self.farPart * borneRate
        if isFarBelow {
            // Found on the way back, it is half believed that the upstream can still do that.
            if series.count == 1 { borneRate /= 2 }
        } else if badRate < .infinity, now.nanoseconds(since: lowered) > hold {
            // It was found where it was before: it need not be tried again so soon.
            hold = Self.laterHoldNanoseconds
        }
        badRate = rate
        growth = Self.leastGrowth
        lowered = now
        // While some are refused, as many were sent as may be: what came back is what it can do.
        let borne = window.refused > 0 ? Double(window.replied) / seconds : rate
        learntRate = max(min(0.9 * rate, max(borne, 0.2 * rate)), Self.leastRate)
        if series.count >= Self.longestSeries { takeAsUsual(now) }
    }

    private mutating func raise(_ rate: Double, _ now: Moment) {
        let known = 0.93 * badRate
        if rate < known {
            learntRate = min((badRate < .infinity ? 1.02 : 1 + growth) * rate, known)
        } else if now.nanoseconds(since: lowered) >= hold {
            learntRate = (1 + growth) * rate
            growth = min(2 * growth, Self.mostGrowth)
        }
    }

    /// Raises a limit that is far below what was borne nearly to that, after a short while: slowly
    /// first, since it may be all that the upstream can do by now.
    private mutating func comeBack(_ rate: Double, _ now: Moment) {
        guard now.nanoseconds(since: lowered) >= Self.shortHoldNanoseconds else { return }
        let known = 0.9 * borneRate
        let raised = (1 + growth) * rate
        growth = min(2 * growth, Self.mostGrowth)
        learntRate = max(rate, min(raised, known))
        guard raised >= known else { return }
        isFarBelow = false
        badRate = borneRate
        growth = Self.leastGrowth
    }

    /// Asking less has not helped: the losses have another reason, and the limit is set back.
    ///
    /// There is none any more if all losses are of that kind.
    private mutating func takeAsUsual(_ now: Moment) {
        usualLoss = Double(series.lost) / Double(max(1, series.lost + series.replied))
        learntRate = series.rate
        isFarBelow = false
        badRate = series.rate
        series = Series()
        guard usualLoss > firstLoss / 2 else { return }
        leftAloneUntil = now.adding(nanoseconds: Self.leaveAloneNanoseconds)
        end()
    }

    private mutating func end() {
        isWatching = false
        learntRate = nil
    }
}
