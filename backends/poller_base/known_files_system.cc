#include "someos/backends/poller_base/known_files_system.h"

#include <cerrno>
#include <cstdint>

#ifdef __linux__
#include <sys/epoll.h>

#include "someos/backends/poller_base/epoll_compare.h"
#endif

namespace someos::poller_base {
namespace {

int Refuse() {
  errno = ENOSYS;
  return -1;
}

int RefuseChange(int /*set*/, int /*fd*/) { return Refuse(); }

int RefuseComparison(int /*set*/, int /*number*/, uint32_t /*position*/, int /*fd*/) {
  return Refuse();
}

constexpr KnownFilesSystem kNone = {Refuse, RefuseChange, RefuseChange, RefuseChange,
                                    RefuseComparison};

#ifdef __linux__

int Create() { return epoll_create1(EPOLL_CLOEXEC); }

template <int kOperation>
int Control(int set, int fd) {
  epoll_event nothing = {};
  return epoll_ctl(set, kOperation, fd, &nothing);
}

constexpr KnownFilesSystem kReal = {Create, Control<EPOLL_CTL_ADD>, Control<EPOLL_CTL_MOD>,
                                    Control<EPOLL_CTL_DEL>, CompareInEpollSet};

#else

constexpr KnownFilesSystem kReal = kNone;

#endif

}  // namespace

const KnownFilesSystem& RealKnownFilesSystem() { return kReal; }

const KnownFilesSystem& NoKnownFilesSystem() { return kNone; }

}  // namespace someos::poller_base
