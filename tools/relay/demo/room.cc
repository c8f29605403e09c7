#include "someos/tools/relay/demo/room.h"

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {
namespace {

// What the process may open besides: a poller may take descriptors of its own as it grows.
constexpr int kSpare = 16;

// Whether descriptor `number`, or the next free one above it, can be had and held.
absl::Status TryNumber(Poller& poller, int any_open_fd, int number) {
  const Socket copy(fcntl(any_open_fd, F_DUPFD_CLOEXEC, number));
  if (!copy.valid()) return absl::ErrnoToStatus(errno, absl::StrCat("open fd ", number));
  absl::Status status = poller.Register(copy.fd(), Interest::kNone);
  return status.ok() ? poller.Unregister(copy.fd()) : status;
}

}  // namespace

Room FindRoom(Poller& poller, int any_open_fd, int wanted, int descriptors_each) {
  const int first_free = Duplicate(any_open_fd).fd();
  auto try_clients = [&](int clients) {
    return TryNumber(poller, any_open_fd, first_free + kSpare + clients * descriptors_each);
  };
  absl::Status limit = try_clients(wanted);
  if (limit.ok()) return {wanted, ""};
  int fitting = 0;
  int too_many = wanted;
  while (too_many - fitting > 1) {
    const int middle = fitting + (too_many - fitting) / 2;
    const absl::Status status = try_clients(middle);
    if (status.ok()) {
      fitting = middle;
    } else {
      too_many = middle;
      limit = status;
    }
  }
  return {fitting, std::string(limit.message())};
}

}  // namespace someos::relay
