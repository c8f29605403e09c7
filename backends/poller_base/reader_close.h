// What OpenBSD leaves unsaid to one who waits for room in a pipe.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_READER_CLOSE_H_
#define SOMEOS_BACKENDS_POLLER_BASE_READER_CLOSE_H_

#include <fcntl.h>
#include <sys/stat.h>

namespace someos::poller_base {

// Whether one who waits until `fd` is writable does not hear that its reader goes. So it is with a
// full pipe on OpenBSD, where pipe_destroy (sys_pipe.c) notifies those who wait for room before it
// marks the end, and so in vain. Those who wait for data from the same end, which can be read as
// well, or for priority data by poll(2), which a pipe never has, are notified after it.
inline bool SuppressesReaderClose([[maybe_unused]] int fd) {
#ifdef __OpenBSD__
  struct stat status;  // a FIFO, which is another matter, is open for writing only
  return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR && fstat(fd, &status) == 0 &&
         S_ISFIFO(status.st_mode);
#else
  return false;
#endif
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_READER_CLOSE_H_
