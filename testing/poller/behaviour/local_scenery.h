// What stages have besides the sockets of TCP. Windows, whose select() takes only those, has
// nothing of the kind.

#ifndef SOMEOS_TESTING_POLLER_BEHAVIOUR_LOCAL_SCENERY_H_
#define SOMEOS_TESTING_POLLER_BEHAVIOUR_LOCAL_SCENERY_H_

#include "someos/testing/poller/behaviour/scenario.h"
#include "someos/testing/scoped_fd.h"

#ifndef _WIN32
#include <fcntl.h>

#include "someos/testing/pipe.h"
#include "someos/testing/pseudo_terminal.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/temporary_file.h"
#endif

namespace someos::behaviour {

#ifdef _WIN32

struct Pipe {
  ScopedFd reader{Stage::kNoSuchThing};
  ScopedFd writer{Stage::kNoSuchThing};
};

struct SocketPair {
  ScopedFd near{Stage::kNoSuchThing};
  ScopedFd far{Stage::kNoSuchThing};
};

struct PseudoTerminal {
  ScopedFd controller{Stage::kNoSuchThing};
  ScopedFd terminal{Stage::kNoSuchThing};
};

inline ScopedFd TemporaryFile() { return ScopedFd(Stage::kNoSuchThing); }
inline ScopedFd Directory() { return ScopedFd(Stage::kNoSuchThing); }
inline ScopedFd NullDevice() { return ScopedFd(Stage::kNoSuchThing); }

#else

inline ScopedFd Directory() { return ScopedFd(open("/", O_RDONLY | O_CLOEXEC)); }
inline ScopedFd NullDevice() { return ScopedFd(open("/dev/null", O_RDWR | O_CLOEXEC)); }

#endif

}  // namespace someos::behaviour

#endif  // SOMEOS_TESTING_POLLER_BEHAVIOUR_LOCAL_SCENERY_H_
