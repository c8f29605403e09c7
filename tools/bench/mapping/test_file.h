// The files that are mapped.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_TEST_FILE_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_TEST_FILE_H_

#include <cstddef>
#include <string>

#include "someos/testing/scoped_fd.h"

namespace someos::bench {

// A file of `size` bytes that is in the page cache: lower-case letters, blanks and newlines, in no
// order. Always the same one.
int TextFile(size_t size);

// `size` of the same characters that do not occur in it.
std::string AbsentNeedle(size_t size);

// A new file of `size` bytes, all zeros.
ScopedFd ZeroFile(size_t size);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_TEST_FILE_H_
