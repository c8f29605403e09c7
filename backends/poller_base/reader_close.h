// On OpenBSD a wait for room in a pipe does not notice that the reader closes it.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_READER_CLOSE_H_
#define SOMEOS_BACKENDS_POLLER_BASE_READER_CLOSE_H_

#include <fcntl.h>
#include <sys/stat.h>

namespace someos::poller_base {

// Whether a wait until `fd` is writable is not notified when the last reader closes the pipe. This
// is the case for a full pipe on OpenBSD: pipe_destroy (sys_pipe.c) notifies the waits for room
// before it marks the end as closed, so they still find the pipe full. Two kinds of waits are
// notified after that: for data to read (both ends can be read there), and for priority data by
// poll(2) (which a pipe never has).
inline bool SuppressesReaderClose([[maybe_unused]] int fd) {
#ifdef __OpenBSD__
  struct stat status;  // excludes FIFOs, whose writing end is open for writing only
  return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR && fstat(fd, &status) == 0 &&
         S_ISFIFO(status.st_mode);
#else
  return false;
#endif
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_READER_CLOSE_H_
