#include "someos/backends/process_spawn/spawn_method.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_spawn/spawn_program.h"

namespace someos::multiprocessing {
namespace {

// What a new pipe takes in any case (Linux gives a page to users who have many pipes).
constexpr size_t kSmallestPipe = 4096;

// Removes what fits into the new pipe from `message`.
absl::Status WriteBeginning(int fd, absl::string_view& message) {
  const absl::string_view beginning = message.substr(0, kSmallestPipe);
  ssize_t written;
  do {
    written = write(fd, beginning.data(), beginning.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) return ErrnoStatus(errno, "write to a child");
  message.remove_prefix(static_cast<size_t>(written));
  return absl::OkStatus();
}

// Waits for the child to read. A child that has ended before it did is for the caller to notice.
absl::Status WriteRest(int fd, absl::string_view message) {
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

absl::StatusOr<StartedChild> Spawn(StartTask task) {
  absl::StatusOr<process_base::OwnPipe> pipe = process_base::MakeOwnPipe();
  if (!pipe.ok()) return pipe.status();
  // Before the child has the other end: then it can neither block nor raise SIGPIPE.
  absl::string_view message = task.message;
  absl::Status status = WriteBeginning(pipe->write_end.get(), message);
  if (!status.ok()) return status;
  ProgramOptions program;
  program.descriptors = {pipe->read_end.get()};
  program.descriptors.insert(program.descriptors.end(), task.descriptors.begin(),
                             task.descriptors.end());
  program.arguments = {task.program, std::string(kChildArgument),
                       absl::StrCat(kDescriptorsArgument, program.descriptors.size())};
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(program);
  if (!child.ok()) return child.status();
  pipe->read_end = base::OwnDescriptor();
  if (!message.empty()) status = WriteRest(pipe->write_end.get(), message);
  if (!status.ok()) return status;
  return StartedChild{*std::move(child), std::move(pipe->write_end)};
}

}  // namespace

const StartMethod& SpawnStartMethod() {
  static constexpr StartMethod kMethod = {"spawn", /*runs_body=*/false, Spawn};
  return kMethod;
}

}  // namespace someos::multiprocessing
