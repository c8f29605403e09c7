// Descriptors that a poller which only asks the system about numbers cannot tell apart.

#ifndef SOMEOS_TESTING_POLLER_CONFORMANCE_LOOK_ALIKES_H_
#define SOMEOS_TESTING_POLLER_CONFORMANCE_LOOK_ALIKES_H_

#include "someos/testing/pipe.h"

namespace someos {

// A poller whose kernel keeps nothing can only ask fstat() whether a number names another file by
// now. OpenBSD and NetBSD give pipes no inode, only the time of the clock's last tick. Waits until
// a pipe made now can be told from the one that `fd` names.
void AwaitATick(int fd);

// Whether only the kernel can tell the ends of a pipe apart: OpenBSD opens both of them for reading
// and writing, at the same time.
bool EndsLookAlike(const Pipe& pipe);

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_CONFORMANCE_LOOK_ALIKES_H_
