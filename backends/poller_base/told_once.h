// Files that tell a condition to one call of poll(2) or select(2) only.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_TOLD_ONCE_H_
#define SOMEOS_BACKENDS_POLLER_BASE_TOLD_ONCE_H_

#include <sys/types.h>

#include "someos/backends/base/system_calls.h"

namespace someos::poller_base {

// Whether the kernel may report a condition of the file `fd`, whose st_mode is `mode`, to the first
// call that asks and to none after it, although nobody has read the file. Such are files of procfs
// (a change of /proc/self/mounts, a trigger of /proc/pressure) and perf events of Linux. Answers
// true for every regular file, because procfs does not say which of its files are meant.
//
// It is false for pipes, sockets, terminals, eventfds and the like: what was true of them before
// says nothing about now, and a read could block. With kRequired, perf events are not told from
// those. Preserves errno.
bool TellsOnce(int fd, mode_t mode, base::SystemCalls calls);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_TOLD_ONCE_H_
