// SPDX-License-Identifier: Apache-2.0

import Posix

Process.exit(Bench.run(Process.arguments))
