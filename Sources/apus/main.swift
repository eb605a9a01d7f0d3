// SPDX-License-Identifier: Apache-2.0

import Plugins
import Posix
import Server

Process.exit(Program.run(Process.arguments, plugins: Plugins.all, pluginsNotYet: Plugins.notYet))
