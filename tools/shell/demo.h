// shell --demo: a session with all kinds of objects.

#ifndef SOMEOS_TOOLS_SHELL_DEMO_H_
#define SOMEOS_TOOLS_SHELL_DEMO_H_

#include "someos/tools/shell/session/session.h"

namespace someos::shell {

// Prints each command as if it had been typed, and executes it. Returns the exit code: 0, or that
// of the first command that has failed.
int RunDemo(Session& session);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_DEMO_H_
