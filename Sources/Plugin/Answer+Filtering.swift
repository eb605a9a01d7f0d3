// SPDX-License-Identifier: Apache-2.0

import Wire

/// What takes records out of an answer, and parts out of their data, in place.
///
/// Records that are relayed in wire form must be unpacked first.
extension Answer {
    /// What was taken out of an answer.
    package struct Removal {
        /// The number of records.
        package var count = 0
        /// How many of them were in the answer section.
        package var answerCount = 0
        /// The shortest time to live of them, in seconds.
        package var shortestTTL = UInt32.max
    }

    /// Takes out the runs that are unwanted; those that stay keep their order.
    ///
    /// `isUnwanted`: is lent this answer and the place of a run in it.
    package mutating func removeRuns(
        where isUnwanted: (borrowing Answer, _ run: Int) -> Bool
    ) -> Removal {
        var removal = Removal()
        var kept = 0
        var sections: UInt8 = 0
        for index in 0..<runCount {
            let isOut = isUnwanted(self, index)
            let run = runs[index]
            if isOut {
                removal.count &+= run.recordCount
                if run.section == .answer { removal.answerCount &+= run.recordCount }
                removal.shortestTTL = min(removal.shortestTTL, run.ttl)
                continue
            }
            if kept != index { runs[kept] = run }
            kept &+= 1
            sections |= 1 << run.section.rawValue
        }
        guard removal.count > 0 else { return removal }
        keepRuns(kept, recordCount: recordCount &- removal.count, sections: sections)
        return removal
    }

    /// The section that a run is in.
    package func section(ofRun run: Int) -> Section { runs[run].section }

    /// Whether a run is of a type, or signatures over records of it (RFC 4034 §3.1.1).
    package func concerns(_ type: RecordType, run: Int) -> Bool {
        let run = runs[run]
        if run.type == type { return true }
        guard run.type == .rrsig, run.dataByteCount >= 2 else { return false }
        return memory.span.uint16(at: run.dataOffset) == type.rawValue
    }

    /// Takes some bytes out of the data of a run that is one record.
    package mutating func cut(_ range: Range<Int>, fromRun run: Int) {
        let data = runs[run].data
        guard runs[run].recordCount == 1, range.lowerBound >= 0, range.upperBound <= data.count
        else { return }
        let start = data.lowerBound &+ range.lowerBound
        for place in start..<(data.upperBound &- range.count) {
            memory[place] = memory[place &+ range.count]
        }
        runs[run].dataByteCount &-= range.count
    }

    /// Whether a section has a record of a type.
    package func has(_ type: RecordType, in section: Section) -> Bool {
        for run in 0..<runCount where runs[run].section == section && runs[run].type == type {
            return true
        }
        return false
    }

    /// Whether the answer section has nothing but what leads elsewhere.
    package var answersNothing: Bool {
        for run in 0..<runCount where runs[run].section == .answer {
            switch runs[run].type {
            case .cname, .dname, .rrsig: continue
            default: return false
            }
        }
        return true
    }

    /// The name that the last alias of the answer section leads to; nil where there is none, or
    /// where it is not written whole.
    package var lastTarget: AnswerName? {
        var target: AnswerName?
        for run in 0..<runCount where runs[run].section == .answer && runs[run].type == .cname {
            let data = runs[run].data
            target =
                runs[run].isCompressed || data.count > Name.maximumByteCount
                ? nil
                : AnswerName(
                    offset: UInt32(truncatingIfNeeded: data.lowerBound),
                    byteCount: UInt16(truncatingIfNeeded: data.count)
                )
        }
        return target
    }
}
