// SPDX-License-Identifier: Apache-2.0

import Posix
import Simulation

// What the command line asks for.
let usage = "usage: scripts/simulate SEED... | --count N [--from SEED]\n"
var seeds: [UInt64] = []
var first: UInt64 = 1
var count: UInt64 = 0
var arguments = Process.arguments[...]
while let word = arguments.popFirst() {
    let number = word.hasPrefix("--") ? arguments.popFirst().flatMap { UInt64($0) } : UInt64(word)
    guard let number else {
        Process.write(usage, toError: true)
        Process.exit(2)
    }
    switch word {
    case "--count": count = number
    case "--from": first = number
    default: seeds.append(number)
    }
}
for number in 0..<count { seeds.append(first &+ number) }
guard !seeds.isEmpty else {
    Process.write(usage, toError: true)
    Process.exit(2)
}

// Lives that are asked for one by one are told about.
let simulator = Simulator()
let isTold = count == 0
var failedCount = 0
var queryCount = 0
var reloadCount = 0
var faults = FaultCounts()
for seed in seeds {
    let report = simulator.live(seed)
    queryCount += report.queryCount
    reloadCount += report.reloadCount
    faults += report.faults
    if let failure = report.failure {
        failedCount += 1
        Process.write("\(failure)\n")
    } else if isTold {
        Process.write("\(report)\n")
    }
}
let passedCount = seeds.count - failedCount
Process.write(
    "\(passedCount) passed, \(failedCount) failed "
        + "(queries \(queryCount), reloads \(reloadCount), \(faults))\n"
)
Process.exit(failedCount == 0 ? 0 : 1)
