#include "someos/backends/base/poll_by_select.h"

#include <fcntl.h>
#include <sys/select.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "someos/backends/base/descriptor_bitmap.h"
#include "someos/backends/base/restarted_wait.h"

namespace someos::base {
namespace {

// The sets for poll's conditions, of the descriptors up to `highest`.
struct Sets {
  explicit Sets(int highest) : read(highest), write(highest), except(highest) {}

  void Add(const pollfd& asked) {
    if (asked.events & POLLIN) read.Add(asked.fd);
    if (asked.events & POLLOUT) write.Add(asked.fd);
    if (asked.events & POLLPRI) except.Add(asked.fd);
  }
  short Found(int fd) const {
    return static_cast<short>((read.Has(fd) ? POLLIN : 0) | (write.Has(fd) ? POLLOUT : 0) |
                              (except.Has(fd) ? POLLPRI : 0));
  }

  DescriptorBitmap read, write, except;
};

// Sets what is found of each descriptor. Returns of how many there is something.
template <typename Find>
int SetFound(pollfd* fds, nfds_t count, Find find) {
  int found = 0;
  for (pollfd* one = fds; one != fds + count; ++one) {
    one->revents = one->fd < 0 ? short{0} : find(*one);
    found += one->revents != 0 ? 1 : 0;
  }
  return found;
}

}  // namespace

int PollBySelect(pollfd* fds, nfds_t count, const Deadline& deadline) {
  int highest = -1;
  for (const pollfd* one = fds; one != fds + count; ++one) highest = std::max(highest, one->fd);
  Sets sets(highest);
  for (const pollfd* one = fds; one != fds + count; ++one) {
    if (one->fd >= 0) sets.Add(*one);
  }
  timespec timeout = {};
  if (!deadline.infinite()) timeout = TimeoutOfOneCall(deadline);
  const int ready = pselect(highest + 1, sets.read.data(), sets.write.data(), sets.except.data(),
                            deadline.infinite() ? nullptr : &timeout, nullptr);
  if (ready < 0 && errno != EBADF) return ready;
  // With a result of 0, Linux leaves the bits of numbers that it ignores set.
  if (ready == 0) return SetFound(fds, count, [](const pollfd&) { return short{0}; });
  if (ready > 0) {
    return SetFound(fds, count, [&](const pollfd& one) { return sets.Found(one.fd); });
  }
  // The closed ones, of which select does not tell.
  return SetFound(fds, count, [](const pollfd& one) {
    return fcntl(one.fd, F_GETFD) == -1 ? short{POLLNVAL} : short{0};
  });
}

}  // namespace someos::base
