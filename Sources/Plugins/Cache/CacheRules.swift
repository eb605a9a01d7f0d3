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

extension CacheSettings {
    /// How long an answer of a kind to a query is kept at most, in seconds; 0 for not at all.
    ///
    /// A function of its own also where the whole program is optimised: only answers that were kept
    /// by other rules need it.
    @inline(never)
    func longest(_ kind: CacheKind, _ query: borrowing Query) -> UInt32 {
        switch kind {
        case .success: withoutSuccess.first(holding: query.name) == nil ? success.maximumTTL : 0
        case .denial: withoutDenial.first(holding: query.name) == nil ? denial.maximumTTL : 0
        // They are kept for whole seconds.
        case .failure: UInt32(clamping: (failureMilliseconds + 999) / 1_000)
        }
    }
}
