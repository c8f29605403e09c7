// How many threads can run at once.

#ifndef SOMEOS_BACKENDS_BASE_PROCESSORS_H_
#define SOMEOS_BACKENDS_BASE_PROCESSORS_H_

#include <cstddef>

namespace someos::base {

// The processors that are online; at least 1.
size_t OnlineProcessors();

// Those on which the calling thread may run, where the system tells (Linux), otherwise those that
// are online; at least 1.
size_t Processors();

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_PROCESSORS_H_
