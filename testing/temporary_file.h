// An open regular file that has no name and vanishes with its descriptor.

#ifndef SOMEOS_TESTING_TEMPORARY_FILE_H_
#define SOMEOS_TESTING_TEMPORARY_FILE_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

// Empty, open for reading and writing, and so at its end from the start.
ScopedFd TemporaryFile();

}  // namespace someos

#endif  // SOMEOS_TESTING_TEMPORARY_FILE_H_
