// SPDX-License-Identifier: Apache-2.0

import Metrics
import Posix

/// The metrics of the process itself, under the names that every dashboard knows.
enum ProcessMetrics {
    static func register(in registry: Registry) {
        let start = Double(Clock.wallSeconds())
        registry.read(
            .gauge("process_start_time_seconds", help: "When the process started, since 1970."),
            []
        ) { start }
        registry.read(
            .counter("process_cpu_seconds_total", help: "Processor time, user and system."),
            []
        ) { Double(Clock.processorNanoseconds()) / 1e9 }
        registry.read(
            .gauge("process_resident_memory_bytes", help: "Memory that is resident."),
            []
        ) { Process.residentByteCount.map(Double.init) }
        registry.read(
            .gauge("process_open_fds", help: "Descriptors that are open."),
            []
        ) { Process.openDescriptorCount.map(Double.init) }
    }
}
