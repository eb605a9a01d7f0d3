// SPDX-License-Identifier: Apache-2.0

import Corefile
import Plugin
import Posix

/// `apus check`: everything is parsed and loaded, nothing is bound, every mistake is printed.
enum Check {
    /// The exit code: 1 when there is a mistake, 0 for warnings alone.
    static func run(_ commandLine: CommandLine, _ surroundings: Surroundings) -> Int32 {
        var mistakes: [String] = []
        var warnings: [String] = []
        do throws(StartMistake) {
            let corefile = try CorefileLoader(commandLine, surroundings).load()
            warnings += corefile.warnings
            switch ConfigurationBuilder.build(corefile.blocks, in: surroundings) {
            case .success(let configuration):
                take(configuration.plan.reports, &mistakes, &warnings)
            case .failure(let failure):
                mistakes += failure.mistakes.map(\.description)
                take(failure.reports, &mistakes, &warnings)
            }
        } catch {
            mistakes += error.lines
        }
        for line in mistakes { Process.write("\(line)\n") }
        for line in warnings { Process.write("warning: \(line)\n") }
        return mistakes.isEmpty ? 0 : 1
    }

    private static func take(
        _ reports: [Report],
        _ mistakes: inout [String],
        _ warnings: inout [String]
    ) {
        var said = SaidReports()
        for report in said.news(in: reports) {
            switch report.level {
            case .mistake: mistakes.append(report.description)
            case .warning: warnings.append(report.description)
            case .recovery: break
            }
        }
    }
}
