// SPDX-License-Identifier: Apache-2.0

/// What `/proc/PID/stat` tells of a process.
struct ProcessStat: Equatable {
    let name: String
    let group: Int
    /// Processor time in the program and in the system, in ticks of 10 ms.
    let userTicks: UInt64
    let systemTicks: UInt64

    /// Reads the one line of the file; nil when it is none.
    ///
    /// The name stands in parentheses and may itself hold blanks and parentheses: it ends at the
    /// last one.
    init?(_ text: String) {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"),
            open < close
        else { return nil }
        // The first of these is the third field of proc(5): the state.
        let fields = text[text.index(after: close)...].split { $0 == " " || $0 == "\n" }
        guard fields.count > 12, let group = Int(fields[2]), let user = UInt64(fields[11]),
            let system = UInt64(fields[12])
        else { return nil }
        name = String(text[text.index(after: open)..<close])
        self.group = group
        userTicks = user
        systemTicks = system
    }
}
