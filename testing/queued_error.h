// A datagram socket whose last datagram was refused, with or without an error queue.

#ifndef SOMEOS_TESTING_QUEUED_ERROR_H_
#define SOMEOS_TESTING_QUEUED_ERROR_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

// Non-blocking, connected to a port of loopback where nobody is. The refusal (ECONNREFUSED) is the
// socket's pending error, and, if `queue`, also a message in its error queue (IP_RECVERR, Linux).
class QueuedError {
 public:
  explicit QueuedError(bool queue);

  // False if the system has no error queues and one is wanted.
  bool valid() const { return socket_.get() >= 0; }
  int fd() const { return socket_.get(); }

  // Reads the error queue until it is empty. Returns the number of messages.
  int ReadQueue() const;

 private:
  ScopedFd socket_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_QUEUED_ERROR_H_
