// SPDX-License-Identifier: Apache-2.0

/// Elements by numbers that are never used twice, found without hashing: the low bits of a number
/// are the element's place, the others are a serial number.
struct SlotTable<Element> {
    /// How many low bits of a number are the place.
    static var placeBitCount: UInt64 { 20 }

    /// One place; free ones have the number 0.
    private struct Slot {
        var number: UInt64
        var element: Element?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    init() {}

    var count: Int { slots.count - free.count }

    /// The place that a number means.
    static func place(_ number: UInt64) -> Int {
        Int(truncatingIfNeeded: number & ((1 << placeBitCount) - 1))
    }

    /// Adds an element, and gives its number; `serial` must not have been used before, nor be 0.
    mutating func insert(_ element: Element, serial: UInt64) -> UInt64 {
        let number = take(serial)
        slots[Self.place(number)].element = element
        return number
    }

    /// Adds the element that `make` makes for its number, and gives it.
    mutating func insert(serial: UInt64, _ make: (UInt64) -> Element) -> Element {
        let number = take(serial)
        let element = make(number)
        slots[Self.place(number)].element = element
        return element
    }

    /// Takes a free place, and tells the number of what is put there.
    private mutating func take(_ serial: UInt64) -> UInt64 {
        let place = free.popLast() ?? slots.count
        precondition(place < 1 << Self.placeBitCount, "a table of slots is bounded by who fills it")
        let number = serial << Self.placeBitCount | UInt64(place)
        if place == slots.count {
            slots.append(Slot(number: number))
        } else {
            slots[place].number = number
        }
        return number
    }

    func contains(_ number: UInt64) -> Bool {
        let place = Self.place(number)
        return place < slots.count && slots[place].number == number && number != 0
    }

    /// A copy of the element with this number; nil when there is none.
    subscript(number: UInt64) -> Element? {
        contains(number) ? slots[Self.place(number)].element : nil
    }

    /// Lets `body` change the element with this number where it lies; it is nil when there is none,
    /// and then none can be put there.
    ///
    /// Nothing is copied, and no memory is taken, as it would be for the accessor of a subscript.
    @inline(__always)
    mutating func change<Result>(
        _ number: UInt64,
        _ body: (inout Element?) -> Result
    ) -> Result {
        guard contains(number) else {
            var none: Element?
            return body(&none)
        }
        let place = Self.place(number)
        defer { if slots[place].element == nil { give(place) } }
        return body(&slots[place].element)
    }

    /// Takes out the element with this number.
    @discardableResult
    mutating func remove(_ number: UInt64) -> Element? {
        guard contains(number) else { return nil }
        let place = Self.place(number)
        give(place)
        return slots[place].element.take()
    }

    /// Makes a place free for another element.
    private mutating func give(_ place: Int) {
        slots[place].number = 0
        free.append(place)
    }
}
