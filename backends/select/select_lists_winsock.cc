#include <winsock2.h>

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/is_open.h"
#include "someos/backends/base/winsock.h"
#include "someos/backends/poller_base/look_back_off.h"
#include "someos/backends/poller_base/python_timeout.h"
#include "someos/backends/select/select_lists.h"
#include "someos/backends/select/select_system_winsock.h"
#include "someos/backends/select/socket_set_winsock.h"
#include "someos/backends/select/timeout_winsock.h"

namespace someos::select::internal {

using base::WinsockError;

namespace {

// The length of a list, as Python's own FD_SETSIZE on Windows. The numbers are not limited.
constexpr size_t kLongestList = 512;

}  // namespace

SelectLists::SelectLists(SelectOptions options) : SelectLists(options, RealSelectSystem()) {}

SelectLists::SelectLists(SelectOptions options, const SelectSystem& system)
    : options_(options), system_(system) {}

absl::Status SelectLists::Add(List list, int fd) {
  if (!options_.beyond_fd_setsize && fds_[list].size() >= kLongestList) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "too many file descriptors in select()");
  }
  fds_[list].push_back(fd);
  return absl::OkStatus();
}

absl::Status SelectLists::Run() {
  if (finished_) return absl::OkStatus();
  if (const int error = base::StartWinsock(); error != 0) {
    return ErrnoStatus(error, "select: WSAStartup");
  }
  SocketSet sets[kListCount];
  const auto select = [&](const base::Deadline& deadline) {
    for (const List list : {kRead, kWrite, kExcept}) {
      sets[list].Clear();
      for (const int fd : fds_[list]) sets[list].Add(fd);
    }
    timeval timeout;
    if (!deadline.infinite()) timeout = WinsockTimeout(deadline);
    return system_.select(sets[kRead].ForCall(), sets[kWrite].ForCall(), sets[kExcept].ForCall(),
                          deadline.infinite() ? nullptr : &timeout);
  };
  // The deadline knows what was left when its clock was read last.
  if (interrupted_) static_cast<void>(deadline_.Passed());
  // No object lasts from one call of select() to the next, but the thread does.
  thread_local poller_base::LookBackOff looks;
  int count;
  do {
    count = looks.LookThenBlock(deadline_, select);
    if (count < 0) {
      const int error = WSAGetLastError();
      if (error == WSAENOTSOCK) return NotOpenError();
      interrupted_ = true;
      return WinsockError(error, "select");
    }
  } while (count == 0 && !deadline_.Passed());
  if (count == 0 && deadline_.clock_error() != 0) return poller_base::NoClockError(deadline_);

  finished_ = true;
  for (const List list : {kRead, kWrite, kExcept}) {
    std::vector<SOCKET> found;
    if (count > 0) found.assign(sets[list].Found().begin(), sets[list].Found().end());
    std::sort(found.begin(), found.end());
    for (int& fd : fds_[list]) {
      if (!std::binary_search(found.begin(), found.end(), base::SocketOf(fd))) fd = kNotReady;
    }
  }
  return absl::OkStatus();
}

absl::Status SelectLists::NotOpenError() const {
  for (const auto& fds : fds_) {
    for (const int fd : fds) {
      if (!base::IsOpen(fd)) return WinsockError(WSAENOTSOCK, absl::StrCat("select fd ", fd));
    }
  }
  return WinsockError(WSAENOTSOCK, "select");  // another thread has opened it by now
}

}  // namespace someos::select::internal
