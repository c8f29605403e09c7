// Whether a number names an open descriptor.

#ifndef SOMEOS_BACKENDS_BASE_IS_OPEN_H_
#define SOMEOS_BACKENDS_BASE_IS_OPEN_H_

namespace someos::base {

// False with errno set: EBADF if `fd` is not open. On Windows a descriptor is the number of a
// socket, and everything else is taken for closed.
bool IsOpen(int fd);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_IS_OPEN_H_
