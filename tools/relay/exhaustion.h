// Which errors say that the system is short of something.

#ifndef SOMEOS_TOOLS_RELAY_EXHAUSTION_H_
#define SOMEOS_TOOLS_RELAY_EXHAUSTION_H_

#include <cerrno>

namespace someos::relay {

// Errors of system calls that say "not now" rather than "not this descriptor" or "not this
// address".
inline bool IsExhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == EINTR;
}

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_EXHAUSTION_H_
