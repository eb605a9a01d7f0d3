// SPDX-License-Identifier: Apache-2.0

import Plugin

/// What of settings also holds for answers that are kept already: which are given, and how long.
///
/// Each entry has the number of the rules that it was kept by. Where these are the rules of now,
/// its times are right; only where they are others does a hit have to look at them.
struct CacheRules: Equatable, Sendable {
    /// How many a cache knows at most, as an entry has a byte for their number; settings with one
    /// more begin with an empty cache.
    static let maximumCount = 256

    private let successTTL: UInt32
    private let denialTTL: UInt32
    private let failureMilliseconds: UInt64
    private let withoutSuccess: ZoneList
    private let withoutDenial: ZoneList

    init(_ settings: CacheSettings) {
        successTTL = settings.success.maximumTTL
        denialTTL = settings.denial.maximumTTL
        failureMilliseconds = settings.failureMilliseconds
        withoutSuccess = settings.withoutSuccess
        withoutDenial = settings.withoutDenial
    }
}
