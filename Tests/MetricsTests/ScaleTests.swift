// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Metrics

@Suite struct ScaleTests {
    static let scales: [Scale] = [
        .time, .slimTime, .programmingTime, .size, Scale.size.withoutBounds,
        Scale.time.withoutBounds, .doubling(.bytes, from: 7, count: 0),
        .doubling(.bytes, from: 7, count: 1), .doubling(.bytes, from: 1, count: 3),
        .doubling(.bytes, from: 1 << 44, count: 20), .doubling(.bytes, from: 1 << 63, count: 1),
    ]

    @Test("Each bound is the last value of its bucket", arguments: scales)
    func findsTheBucketAtEveryEdge(scale: Scale) {
        for index in 0..<scale.count {
            guard let bound = scale.bound(index) else { continue }
            #expect(scale.bucket(of: bound) == index)
            #expect(scale.bucket(of: bound + 1) == index + 1)
        }
        #expect(scale.bucket(of: 0) == 0)
        #expect(scale.bucket(of: .max) == scale.count)
        #expect(scale.bound(scale.count) == nil)
        #expect(scale.bound(-1) == nil)
    }

    @Test("The fast way finds the bucket that looking through them all finds", arguments: scales)
    func agreesWithLookingThroughAll(scale: Scale) {
        var generator = Seeded(seed: UInt64(scale.count))
        for _ in 0..<2_000 {
            let value = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            let bounds = (0..<scale.count).compactMap { scale.bound($0) }
            let expected = bounds.firstIndex { value <= $0 } ?? scale.count

            #expect(scale.bucket(of: value) == expected, "value \(value)")
        }
    }

    @Test func hasTheBoundsThatDashboardsKnow() {
        let time = (0..<16).compactMap { Scale.time.bound($0) }.map { Page.text($0, .nanoseconds) }

        #expect(
            time == [
                "0.00025", "0.0005", "0.001", "0.002", "0.004", "0.008", "0.016", "0.032", "0.064",
                "0.128", "0.256", "0.512", "1.024", "2.048", "4.096", "8.192",
            ]
        )
        #expect(Scale.programmingTime.bound(19).map { Page.text($0, .nanoseconds) } == "524.288")
        #expect(Scale.slimTime.bound(4).map { Page.text($0, .nanoseconds) } == "2.5")
        #expect(Scale.size.bound(13) == 64_000)
    }

    @Test func tellsTwoScalesApart() {
        #expect(Scale.size != Scale.size.withoutBounds)
        #expect(Scale.doubling(.bytes, from: 1, count: 3) == .doubling(.bytes, from: 1, count: 3))
        #expect(Scale.doubling(.bytes, from: 1, count: 3) != .doubling(.bytes, from: 1, count: 4))
        #expect(
            Scale.doubling(.bytes, from: 1, count: 3)
                != .doubling(.nanoseconds, from: 1, count: 3)
        )
    }

    @Test func refusesBoundsThatDoNotFit() async {
        await #expect(processExitsWith: .failure) { _ = Scale.doubling(.bytes, from: 0, count: 1) }
        await #expect(processExitsWith: .failure) { _ = Scale.doubling(.bytes, from: 1, count: 21) }
        await #expect(processExitsWith: .failure) {
            _ = Scale.doubling(.bytes, from: 1 << 45, count: 20)
        }
    }
}
