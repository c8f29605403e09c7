// Counts a thread's calls of operator new and delete, in a program whose new memory is filled with
// a pattern, as is some that stands behind it: what is read before it was written, or beyond the
// end of a table, is not zero by chance.

#ifndef SOMEOS_TESTING_ALLOCATION_COUNTER_H_
#define SOMEOS_TESTING_ALLOCATION_COUNTER_H_

#include <cstddef>

namespace someos {

// False in a program built with a sanitizer, which brings its own operator new: nothing is counted
// then.
bool CountsAllocations();

// How often the calling thread has called operator new so far.
size_t Allocations();

// How many bytes those calls were for, whether or not they have been freed.
size_t AllocatedBytes();

// How many of its calls of operator new it has not yet made good by one of operator delete. Below
// zero if it frees what other threads have allocated.
ptrdiff_t LiveAllocations();

}  // namespace someos

#endif  // SOMEOS_TESTING_ALLOCATION_COUNTER_H_
