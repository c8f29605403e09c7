#include "someos/api/multiprocessing/python_worker/spawn_pipe.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing::internal {
namespace {

using connection_socket::Stream;
using connection_socket::Transfer;

constexpr size_t kBlock = size_t{64} << 10;

// Reads what comes until nothing has come for `quiet`, or the end.
Transfer ReadBurst(Stream& pipe, absl::Duration quiet, std::string& bytes) {
  std::array<char, kBlock> block;
  base::Deadline first(absl::InfiniteDuration());
  Transfer transfer = pipe.Read(absl::MakeSpan(block), first);
  while (transfer.end == Transfer::End::kBytes) {
    bytes.append(block.data(), transfer.count);
    base::Deadline more(quiet);
    transfer = pipe.Read(absl::MakeSpan(block), more);
  }
  return transfer;
}

}  // namespace

absl::StatusOr<SpawnMessage> ReceiveSpawnMessage(int fd) {
  Stream pipe(fd);
  std::string bytes;
  // Each attempt begins at the beginning. So that the attempts take no longer altogether than the
  // message takes to arrive, a pause that is as long as the last one comes before the next.
  absl::Duration quiet = absl::ZeroDuration();
  while (true) {
    const Transfer transfer = ReadBurst(pipe, quiet, bytes);
    if (transfer.end == Transfer::End::kFailed) {
      return ErrnoStatus(transfer.error, absl::StrCat("read fd ", fd));
    }
    const absl::Time begin = absl::Now();
    absl::StatusOr<std::optional<SpawnMessage>> message = ReadSpawnMessage(bytes);
    if (!message.ok()) return message.status();
    if (message->has_value()) return **std::move(message);
    if (transfer.end == Transfer::End::kEndOfFile) {
      return PlainStatus(absl::StatusCode::kDataLoss,
                         "the parent has ended before it said what to do");
    }
    quiet = std::max(absl::Now() - begin, absl::ZeroDuration());
  }
}

}  // namespace someos::multiprocessing::internal
