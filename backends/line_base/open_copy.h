// Files as libraries of the system take them.

#ifndef SOMEOS_BACKENDS_LINE_BASE_OPEN_COPY_H_
#define SOMEOS_BACKENDS_LINE_BASE_OPEN_COPY_H_

#include <cstdio>

namespace someos::line_base {

// A file with a copy of the descriptor, which stays the caller's. nullptr and errno: there is none.
std::FILE* OpenCopy(int fd, const char* mode);

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_OPEN_COPY_H_
