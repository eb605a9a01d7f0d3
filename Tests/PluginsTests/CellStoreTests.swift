// SPDX-License-Identifier: Apache-2.0

import Testing
import Wire

@testable import Plugins

@Suite struct CellStoreTests {
    private func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) }
    }

    /// Writes a piece whole.
    private func write(_ bytes: [UInt8], to store: inout CellStore) -> UInt32? {
        guard let first = store.take(byteCount: bytes.count) else { return nil }
        var cursor = store.cursor(first, at: 0)
        store.write(bytes.span, &cursor)
        return first
    }

    private func read(_ first: UInt32, _ count: Int, of store: CellStore, at offset: Int = 0)
        -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: count)
        var target = bytes.mutableSpan
        var cursor = store.cursor(first, at: offset)
        store.read(count, to: &target, &cursor)
        return bytes
    }

    @Test(arguments: [0, 1, 2, 123, 124, 125, 247, 248, 249, 1_000, 65_535])
    func keepsPiecesOfAnyLength(count: Int) throws {
        var store = CellStore(maximumCount: 1_000)
        let second = write(bytes(300, 1), to: &store)
        let other = try #require(second)

        let written = write(bytes(count, 2), to: &store)
        let first = try #require(written)

        #expect(read(first, count, of: store) == bytes(count, 2))
        #expect(read(other, 300, of: store) == bytes(300, 1))
        let offset = count / 2
        #expect(
            read(first, count - offset, of: store, at: offset) == Array(bytes(count, 2)[offset...])
        )
        var cursor = store.cursor(first, at: 0)
        let isSame = store.matches(bytes(count, 2).span, &cursor)
        #expect(isSame)
        guard count > 0 else { return }
        var changed = bytes(count, 2)
        changed[count - 1] ^= 1
        cursor = store.cursor(first, at: 0)
        let isStillSame = store.matches(changed.span, &cursor)
        #expect(!isStillSame)
    }

    @Test func takesAsManyCellsAsThereAreAndNoMore() throws {
        var store = CellStore(maximumCount: 10)
        let taken = store.take(byteCount: 5 * CellStore.room)
        let five = try #require(taken)
        let six = store.take(byteCount: 5 * CellStore.room + 1)
        let rest = store.take(byteCount: 5 * CellStore.room)
        let none = store.take(byteCount: 0)

        #expect(six == nil && rest != nil && none == nil)
        store.release(five)
        #expect(store.freeCount == 5)
        let again = store.take(byteCount: 5 * CellStore.room)
        #expect(again != nil && store.freeCount == 0)
        #expect(store.touchedByteCount == 10 * CellStore.byteCount)
    }

    @Test func growsBySomeCellsUpToItsLimit() throws {
        let count = CellStore.growthCount + 1
        var store = CellStore(maximumCount: count)
        for index in 0..<count {
            let taken = store.take(byteCount: 1)
            #expect(taken == UInt32(index))
            #expect(store.touchedByteCount == (index + 1) * CellStore.byteCount)
        }

        let none = store.take(byteCount: 1)
        #expect(none == nil)
    }

    @Test func writesFieldsAsTheyAreRead() throws {
        var store = CellStore(maximumCount: 4)
        let taken = store.take(byteCount: 300)
        let first = try #require(taken)
        store.write(first) { fields in
            fields.set16(0xCDEF, at: 2)
            fields.set64(0x89AB_CDEF_0123_4567, at: 100)
            #expect(fields.count == CellStore.room)
        }
        var cursor = store.cursor(first, at: CellStore.room - 2)
        store.write16(0x0123, &cursor)
        store.write16(0x4567, &cursor)

        #expect(store.uint16(first, 2) == 0xCDEF)
        #expect(store.uint64(first, 100) == 0x89AB_CDEF_0123_4567)
        cursor = store.cursor(first, at: CellStore.room - 2)
        #expect(store.read16(&cursor) == 0x0123)
        #expect(store.read16(&cursor) == 0x4567)
    }

    @Test func keepsNumbersInTheFirstCell() throws {
        var store = CellStore(maximumCount: 4)
        let taken = store.take(byteCount: 200)
        let first = try #require(taken)

        store.set(0xAB as UInt8, first, 0)
        store.set(0xCDEF as UInt16, first, 2)
        store.set(0x0123_4567 as UInt32, first, 4)
        store.set(0x89AB_CDEF_0123_4567 as UInt64, first, 116)

        #expect(store.byte(first, 0) == 0xAB)
        #expect(store.uint16(first, 2) == 0xCDEF)
        #expect(store.uint32(first, 4) == 0x0123_4567)
        #expect(store.uint64(first, 116) == 0x89AB_CDEF_0123_4567)
    }
}
