// SPDX-License-Identifier: Apache-2.0

import Metrics
import Posix
import Wire
import XDP

/// Writing tables into the kernel: what is gone first, then what is new.
extension KernelPath {
    /// Makes the kernel answer from these tables, and from no others.
    func fill(_ tables: [KernelTable], _ state: inout State) throws(KernelRefusal) {
        let maps: KernelMaps
        if let open = state.maps { maps = open } else { maps = try KernelMaps() }
        state.maps = maps
        let cells = state.cells ?? Registry().cells(forWorker: 0)
        state.cells = cells
        let wanted = Set(tables.flatMap(\.places).map(\.interface))
        state.hooks = state.hooks.filter { wanted.contains($0.key) }
        let before = state.tables
        let next = Self.number(tables, like: before)
        let keepsPlaces = Self.haveSamePlaces(before, next)
        // Nothing is answered from a table that is filled or emptied as a whole, or counted under a
        // number that is given away.
        if !keepsPlaces { try remove(before.flatMap(Self.keys), from: maps.places) }
        gather(&state)
        for table in before where !next.contains(where: { $0.number == table.number }) {
            try change(table, to: nil, maps, cells, &state)
        }
        for table in next {
            try change(before.first { $0.number == table.number }, to: table, maps, cells, &state)
        }
        state.tables = next
        try placeTallies(maps, writesPlaces: !keepsPlaces, &state)
        for interface in wanted where state.hooks[interface] == nil {
            state.hooks[interface] = try maps.hang(on: interface)
        }
    }

    /// The tables with numbers: that of the table at the same places, else one that nobody has.
    private static func number(
        _ tables: [KernelTable],
        like before: [KernelTable]
    ) -> [KernelTable] {
        var taken = Set(before.map(\.number))
        return tables.map { table in
            var table = table
            if let same = before.first(where: { Set($0.places) == Set(table.places) }) {
                table.number = same.number
            } else {
                table.number = (0...KernelQuestion.maximumTable).first { !taken.contains($0) } ?? 0
                taken.insert(table.number)
            }
            return table
        }
    }

    /// Whether what the kernel knows of the places can stay.
    private static func haveSamePlaces(_ before: [KernelTable], _ next: [KernelTable]) -> Bool {
        before.elementsEqual(next) {
            $0.number == $1.number && $0.places == $1.places && $0.zoneCount == $1.zoneCount
        }
    }

    private static func keys(of table: KernelTable) -> [UInt8] {
        table.places.flatMap { KernelPlace($0.endpoint, table: 0, firstTally: 0).key }
    }

    /// Turns the answers of one table into those of another; nil for none.
    private func change(
        _ old: KernelTable?,
        to new: KernelTable?,
        _ maps: KernelMaps,
        _ cells: WorkerCells,
        _ state: inout State
    ) throws(KernelRefusal) {
        var before: [KernelQuestion: KernelAnswer] = [:]
        old?.answers(otherwiseThan: new, countingIn: cells) { before[$0] = $1 }
        var (keys, values): ([UInt8], [UInt8]) = ([], [])
        var newCount = state.answerCount - before.count
        new?.answers(otherwiseThan: old, countingIn: cells) { question, answer in
            newCount += 1
            guard newCount <= maximumAnswerCount,
                before.removeValue(forKey: question) != answer
            else { return }
            keys += question.key
            values += answer.bytes
        }
        guard newCount <= maximumAnswerCount else {
            throw KernelRefusal(
                "there are more than \(maximumAnswerCount) answers, which is all there is room for"
            )
        }
        try remove(before.keys.flatMap(\.key), from: maps.answers)
        do throws(SystemError) { try maps.answers.set(keys, values) } catch {
            throw KernelRefusal(error)
        }
        state.answerCount = newCount
    }

    private func remove(
        _ keys: [UInt8],
        from map: borrowing BPFMap
    ) throws(KernelRefusal) {
        do throws(SystemError) { try map.remove(keys) } catch { throw KernelRefusal(error) }
    }

    /// Gives each zone at each place a number to be counted under, and lets the kernel answer there.
    private func placeTallies(
        _ maps: KernelMaps,
        writesPlaces: Bool,
        _ state: inout State
    ) throws(KernelRefusal) {
        var (keys, values): ([UInt8], [UInt8]) = ([], [])
        state.tallyPlaces = []
        for table in state.tables {
            for place in table.places {
                let first = UInt32(state.tallyPlaces.count)
                let value = KernelPlace(place.endpoint, table: table.number, firstTally: first)
                keys += value.key
                values += value.bytes
                for block in table.blocks {
                    state.tallyPlaces += block.zonePlaces.map { zone in
                        TallyPlace(block: block, zone: zone, local: place.endpoint.address)
                    }
                }
            }
        }
        // First of all: whoever catches what is thrown below counts for all places once more.
        while state.tallies.count < state.tallyPlaces.count { state.tallies.append(Tally()) }
        guard state.tallyPlaces.count <= KernelMaps.maximumTallyCount,
            state.tables.flatMap(\.places).count <= KernelMaps.maximumPlaceCount
        else {
            throw KernelRefusal(
                "there is room for \(KernelMaps.maximumPlaceCount) addresses and "
                    + "\(KernelMaps.maximumTallyCount) zones at them"
            )
        }
        guard writesPlaces else { return }
        do throws(SystemError) { try maps.places.set(keys, values) } catch {
            throw KernelRefusal(error)
        }
    }
}
