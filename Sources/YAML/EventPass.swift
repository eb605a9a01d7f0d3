// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// What libyaml alone takes for a text: a floor for whoever reads it into something.
package enum EventPass {
    /// Has libyaml read all of `bytes` and throws every event away; how many there were.
    ///
    /// Nil when libyaml stops at a mistake, or has no memory.
    package static func eventCount(_ bytes: [UInt8]) -> Int? {
        var parser = unsafe yaml_parser_t()
        guard unsafe yaml_parser_initialize(&parser) == 1 else { return nil }
        defer { unsafe yaml_parser_delete(&parser) }
        // SAFETY: the input stays in place while the parser reads it, which ends with the closure.
        return unsafe bytes.withUnsafeBufferPointer { input in
            unsafe yaml_parser_set_input_string(&parser, input.baseAddress, input.count)
            var count = 0
            while true {
                // SAFETY: libyaml fills the event, whose memory is freed before the next one.
                var event = unsafe yaml_event_t()
                guard unsafe yaml_parser_parse(&parser, &event) == 1 else { return nil }
                let isLast = unsafe event.type == YAML_STREAM_END_EVENT
                unsafe yaml_event_delete(&event)
                count += 1
                if isLast { return count }
            }
        }
    }
}
