// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import bench

@Suite struct RunOptionsTests {
    @Test func measuresEverythingUnlessTold() throws {
        let options = try RunOptions(parsing: [String]())

        #expect(options.workloads == WorkloadName.allCases)
        #expect(options.roundCount == 7)
    }

    @Test func takesWorkloadsAndSizesInAnyOrder() throws {
        let options = try RunOptions(
            parsing: ["tcp-connect", "--rounds", "1", "auth", "--services", "100", "--short"]
        )

        #expect(options.workloads == [.tcpConnect, .auth])
        #expect(options.serviceCount == 100)
        #expect(options.queryCount == 20_000)
        #expect(options.roundCount == 1)
    }

    @Test(
        "A size is a whole number in its limits",
        arguments: [
            ("--services", 1_000_000), ("--endpoints", 3_000_000), ("--queries", 100_000_000),
            ("--rounds", 1_000),
        ]
    )
    func knowsItsLimits(option: String, maximum: Int) throws {
        _ = try RunOptions(parsing: [option, "\(maximum)"])
        for word in ["\(maximum + 1)", "0", "-1", "many", ""] {
            let mistake = "\(option) wants a number from 1 to \(maximum), not '\(word)'"
            #expect(throws: RunOptions.Mistake(description: mistake)) {
                try RunOptions(parsing: [option, word])
            }
        }
        #expect(throws: RunOptions.Mistake.self) { try RunOptions(parsing: [option]) }
    }

    @Test func knowsAllThatIsForwardedByOneName() throws {
        let options = try RunOptions(parsing: ["auth", "forward"])

        #expect(
            options.workloads == [.auth, .forwardHitsFew, .forwardHitsMany, .forwardMisses]
        )
        #expect(try RunOptions(parsing: ["forward-misses"]).workloads == [.forwardMisses])
    }

    @Test func takesNumbersOfWorkers() throws {
        #expect(try RunOptions(parsing: ["--workers", "1,2,16"]).workerCounts == [1, 2, 16])
        #expect(try RunOptions(parsing: [String]()).workerCounts == nil)
    }

    @Test("Each number of workers is one", arguments: ["", "0", "1,", ",2", "1,1025", "1;2"])
    func refusesOtherNumbersOfWorkers(word: String) {
        #expect(
            throws: RunOptions.Mistake(
                description: "--workers wants numbers from 1 to 1024 with commas between them, "
                    + "not '\(word)'"
            )
        ) {
            try RunOptions(parsing: ["--workers", word])
        }
    }

    @Test func namesTheWorkloads() {
        #expect(
            throws: RunOptions.Mistake(
                description: "there is no workload 'auht'; try auth, mix, headless, tcp,"
                    + " tcp-connect, idle, registry, reload, workers, forward-hits-1k,"
                    + " forward-hits-100k, forward-misses, forward"
            )
        ) {
            try RunOptions(parsing: ["auht"])
        }
    }
}
