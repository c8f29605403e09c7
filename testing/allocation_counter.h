// Counts a thread's calls of operator new.

#ifndef SOMEOS_TESTING_ALLOCATION_COUNTER_H_
#define SOMEOS_TESTING_ALLOCATION_COUNTER_H_

#include <cstddef>

namespace someos {

// False in a program built with a sanitizer, which brings its own operator new: nothing is counted
// then.
bool CountsAllocations();

// How often the calling thread has called operator new so far.
size_t Allocations();

}  // namespace someos

#endif  // SOMEOS_TESTING_ALLOCATION_COUNTER_H_
