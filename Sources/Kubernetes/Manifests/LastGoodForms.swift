// SPDX-License-Identifier: Apache-2.0

/// Finds, for each document that is wrong now, what stood in its place when it was last right.
///
/// A document is known by the object that it names. One that names none is known by its place:
/// between the documents before and behind it that are known, as these may have moved. Everything
/// that stood between the same two and is nowhere else now is kept, so that a lost `---` takes
/// neither of the documents that it parted.
struct LastGoodForms {
    /// A form of the file before.
    private struct Earlier {
        let form: ManifestForm
        /// The number of the document that had it.
        let unit: Int
        /// Whether it is not to be kept: its object is there, or another document keeps it.
        var isTaken: Bool
    }

    /// The documents, in the order of the file.
    private(set) var units: [ManifestUnit] = []

    private let decoded: [DecodedObject]
    private var earlier: [Earlier] = []
    /// The index in `earlier` of each object's form.
    private var indices: [ObjectKey: Int] = [:]
    /// For each document of the file before, the index in `earlier` of its first form.
    private var firstForm: [Int] = []
    /// For each document, the number of the one before that was about the same object.
    private var counterparts: [Int?]
    /// For each document, the counterpart of the nearest one at or behind it that has one.
    private var following: [Int?] = []
    /// For each form, itself or a later one before which none is free; one more for the end.
    private var nextFree: [Int] = []

    init(_ decoded: [DecodedObject], previous: ManifestContent?) {
        self.decoded = decoded
        counterparts = Array(repeating: nil, count: decoded.count)
        let isBroken = decoded.contains { $0.isBroken }
        // Without a mistake nothing has to be kept; without a past nothing can be.
        guard isBroken, let previous, !previous.hasNoDocuments else {
            units = decoded.map { Self.unit($0, keeping: []) }
            return
        }
        index(previous.units)
        matchByObject()
        build()
    }

    private mutating func index(_ previous: [ManifestUnit]) {
        let present = Set(decoded.compactMap { $0.isBroken ? nil : $0.key })
        for (number, unit) in previous.enumerated() {
            firstForm.append(earlier.count)
            for form in unit.forms {
                let key = form.object.key
                let isTaken = key.map(present.contains) ?? false
                if let key, indices[key] == nil { indices[key] = earlier.count }
                earlier.append(Earlier(form: form, unit: number, isTaken: isTaken))
            }
        }
        nextFree = Array(0...earlier.count)
    }

    /// Finds the counterparts of all documents that say which object they are about.
    private mutating func matchByObject() {
        for (number, object) in decoded.enumerated() {
            guard let index = object.key.flatMap({ indices[$0] }) else { continue }
            // The same object twice in a file: the first has the counterpart.
            guard !object.isBroken || !earlier[index].isTaken else { continue }
            counterparts[number] = earlier[index].unit
            if object.isBroken { earlier[index].isTaken = true }
        }
        following = counterparts
        for number in following.indices.dropLast().reversed() where following[number] == nil {
            following[number] = following[number + 1]
        }
    }

    /// The first form at or behind `index` that is not taken; the number of forms when none is.
    ///
    /// Every step shortens the way of the next search, so that all searches together are linear.
    private mutating func firstFree(from index: Int) -> Int {
        var index = index
        while index < earlier.count, earlier[index].isTaken {
            let next = max(nextFree[index], index + 1)
            nextFree[index] = nextFree[next]
            index = next
        }
        return index
    }

    private mutating func build() {
        var number = 0
        var before: Int?
        while number < decoded.count {
            let object = decoded[number]
            if let index = object.key.flatMap({ indices[$0] }), counterparts[number] != nil {
                units.append(Self.unit(object, keeping: [earlier[index].form]))
                before = counterparts[number]
                number += 1
            } else if !object.isBroken {
                units.append(Self.unit(object, keeping: []))
                number += 1
            } else {
                let end = (number..<decoded.count).first { !isLoose($0) } ?? decoded.count
                appendLoose(number..<end, behind: before)
                number = end
            }
        }
    }

    /// Whether a document is broken and about no object that was there before.
    private func isLoose(_ number: Int) -> Bool {
        decoded[number].isBroken && counterparts[number] == nil
    }

    /// Gives a run of loose documents what stood between their neighbours, in order.
    private mutating func appendLoose(_ run: Range<Int>, behind before: Int?) {
        let highest = run.upperBound < following.count ? following[run.upperBound] : nil
        var free: [ManifestForm] = []
        var index = firstFree(from: before.map { firstForm[$0] } ?? 0)
        while index < earlier.count, earlier[index].unit <= highest ?? .max {
            earlier[index].isTaken = true
            free.append(earlier[index].form)
            index = firstFree(from: index + 1)
        }
        var next = 0
        for number in run {
            let isLast = number == run.upperBound - 1
            let end = isLast ? free.count : min(next + 1, free.count)
            units.append(Self.unit(decoded[number], keeping: Array(free[next..<end])))
            next = end
        }
    }

    /// A document with its own form when it is right, else with those kept for it.
    private static func unit(
        _ object: DecodedObject,
        keeping kept: [ManifestForm]
    ) -> ManifestUnit {
        let own = ManifestForm(object.stored, at: object.position)
        return ManifestUnit(
            position: object.position,
            forms: object.isBroken ? kept : [own],
            mistakes: object.mistakes,
            isBroken: object.isBroken
        )
    }
}
