#include "someos/backends/process_spawn/spawn_method.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/child_side.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_base/write_to_child.h"
#include "someos/backends/process_spawn/spawn_program.h"

namespace someos::multiprocessing {
namespace {

// Python's, for the same.
constexpr absl::string_view kSpawnedArgument = "--multiprocessing-fork";

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
  program.arguments = {task.program, std::string(kSpawnedArgument),
                       absl::StrCat(kDescriptorsArgument, program.descriptors.size())};
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(program);
  if (!child.ok()) return child.status();
  pipe->read_end = base::OwnDescriptor();
  if (!message.empty()) status = process_base::WriteToChild(pipe->write_end.get(), message);
  if (!status.ok()) return status;
  return StartedChild{*std::move(child), std::move(pipe->write_end)};
}

std::optional<ChildSide> Begin(int count) { return process_base::GivenDescriptors(count); }

}  // namespace

const StartMethod& SpawnStartMethod() {
  static constexpr StartMethod kMethod = {"spawn", /*runs_body=*/false, Spawn, kSpawnedArgument,
                                          Begin};
  return kMethod;
}

}  // namespace someos::multiprocessing
