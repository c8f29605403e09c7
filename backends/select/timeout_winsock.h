// The timeout of one call of Winsock's select().

#ifndef SOMEOS_BACKENDS_SELECT_TIMEOUT_WINSOCK_H_
#define SOMEOS_BACKENDS_SELECT_TIMEOUT_WINSOCK_H_

#include <winsock2.h>

#include "someos/backends/base/deadline.h"

namespace someos::select {

// Whole milliseconds, rounded up: shorter times may return at once, which would make the end of a
// wait a busy loop. Not for an infinite deadline.
inline timeval WinsockTimeout(const base::Deadline& deadline) {
  const int ms = deadline.AsMilliseconds();
  timeval timeout = {};
  timeout.tv_sec = ms / 1000;
  timeout.tv_usec = ms % 1000 * 1000;
  return timeout;
}

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_TIMEOUT_WINSOCK_H_
