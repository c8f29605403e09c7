#include "someos/backends/base/poll_by_select.h"

#include <fcntl.h>
#include <sys/select.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <vector>

namespace someos::base {
namespace {

// An fd_set for descriptors below a given number, which may be above FD_SETSIZE.
class DescriptorSet {
 public:
  explicit DescriptorSet(int end) : words_(static_cast<size_t>(end) / kBits + 1) {}
  void Add(int fd) { words_[Word(fd)] |= Bit(fd); }
  bool Has(int fd) const { return (words_[Word(fd)] & Bit(fd)) != 0; }
  fd_set* get() { return reinterpret_cast<fd_set*>(words_.data()); }

 private:
  static constexpr int kBits = sizeof(unsigned long) * CHAR_BIT;

  static size_t Word(int fd) { return static_cast<size_t>(fd) / kBits; }
  static unsigned long Bit(int fd) { return 1ul << (fd % kBits); }

  std::vector<unsigned long> words_;
};

// The sets for poll's conditions, of the descriptors below `end`.
struct Sets {
  explicit Sets(int end) : read(end), write(end), except(end) {}

  void Add(const pollfd& asked) {
    if (asked.events & POLLIN) read.Add(asked.fd);
    if (asked.events & POLLOUT) write.Add(asked.fd);
    if (asked.events & POLLPRI) except.Add(asked.fd);
  }
  short Found(int fd) const {
    return static_cast<short>((read.Has(fd) ? POLLIN : 0) | (write.Has(fd) ? POLLOUT : 0) |
                              (except.Has(fd) ? POLLPRI : 0));
  }

  DescriptorSet read, write, except;
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
  int end = 0;
  for (const pollfd* one = fds; one != fds + count; ++one) end = std::max(end, one->fd + 1);
  Sets sets(end);
  for (const pollfd* one = fds; one != fds + count; ++one) {
    if (one->fd >= 0) sets.Add(*one);
  }
  timespec timeout = {};
  if (!deadline.infinite()) timeout = deadline.AsTimespec();
  const int ready = pselect(end, sets.read.get(), sets.write.get(), sets.except.get(),
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
