#include "someos/backends/process_base/write_to_child.h"

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing::process_base {

absl::Status WriteToChild(int fd, absl::string_view message) {
  connection_socket::Stream stream(fd);
  absl::Status status;
  base::Deadline never(absl::InfiniteDuration());
  while (!message.empty() && status.ok()) {
    const connection_socket::Transfer transfer = stream.Write(message, "", never);
    if (transfer.end == connection_socket::Transfer::End::kBytes) {
      message.remove_prefix(transfer.count);
    } else if (transfer.error == EPIPE) {
      break;
    } else {
      status = ErrnoStatus(transfer.error, "write to a child");
    }
  }
  (void)stream.Release();
  return status;
}

}  // namespace someos::multiprocessing::process_base
