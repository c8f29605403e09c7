#include "someos/backends/process_spawn/spawn_program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/child_process.h"
#include "someos/backends/process_base/sentinel.h"
#include "someos/backends/process_base/this_program.h"
#include "someos/backends/process_spawn/file_actions.h"

extern "C" char** environ;

namespace someos::multiprocessing {
namespace {

using process_base::ChildProcess;
using process_base::Sentinel;

class SpawnAttributes {
 public:
  SpawnAttributes() : error_(posix_spawnattr_init(&attributes_)), initialized_(error_ == 0) {}
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() {
    if (initialized_) posix_spawnattr_destroy(&attributes_);
  }

  // An empty signal mask. 0 or an errno.
  int Set() {
    if (error_ != 0) return error_;
    short flags = POSIX_SPAWN_SETSIGMASK;  // NOLINT(google-runtime-int): the type of the call
#ifdef __APPLE__
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    sigset_t none;
    sigemptyset(&none);
    error_ = posix_spawnattr_setsigmask(&attributes_, &none);
    if (error_ == 0) error_ = posix_spawnattr_setflags(&attributes_, flags);
    return error_;
  }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
  int error_;
  const bool initialized_;
};

absl::Status CheckStrings(absl::Span<const std::string> strings, absl::string_view what) {
  for (const std::string& string : strings) {
    if (string.find('\0') != std::string::npos) {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("spawn: embedded null byte in ", what));
    }
  }
  return absl::OkStatus();
}

// Pointers to the strings, and a null pointer. posix_spawn does not change them.
std::vector<char*> Pointers(absl::Span<const std::string> strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The checked options, as the system takes them.
struct Program {
  std::string path;
  std::vector<std::string> arguments;
};

absl::StatusOr<Program> Checked(const ProgramOptions& options) {
  Program program = {options.path, options.arguments};
  if (program.path.empty()) {
    absl::StatusOr<std::string> path = process_base::ThisProgram();
    if (!path.ok()) return path.status();
    program.path = *std::move(path);
  }
  if (program.arguments.empty()) program.arguments = {program.path};
  if (const absl::Status status = CheckStrings({program.path}, "path"); !status.ok()) return status;
  if (const absl::Status status = CheckStrings(program.arguments, "arguments"); !status.ok()) {
    return status;
  }
  if (!options.environment.has_value()) return program;
  const absl::Status status = CheckStrings(*options.environment, "environment");
  if (!status.ok()) return status;
  return program;
}

// The pid. An errno is of what the system was asked for in the name of `program`.
absl::StatusOr<pid_t> Spawn(const Program& program, char* const* environment,
                            absl::Span<const int> descriptors) {
  SpawnAttributes attributes;
  process_spawn::FileActions actions;
  int error = attributes.Set();
  if (error == 0) error = actions.Inherit(descriptors);
  pid_t pid = -1;
  if (error == 0) {
    error = posix_spawnp(&pid, program.path.c_str(), actions.get(), attributes.get(),
                         Pointers(program.arguments).data(), environment);
  }
  if (error != 0) return ErrnoStatus(error, absl::StrCat("spawn ", program.path));
  return pid;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Child>> SpawnProgram(const ProgramOptions& options) {
  const absl::StatusOr<Program> program = Checked(options);
  if (!program.ok()) return program.status();
  absl::StatusOr<Sentinel> sentinel = Sentinel::Prepare();
  if (!sentinel.ok()) return sentinel.status();
  std::vector<int> descriptors = options.descriptors;
  if (sentinel->child_end() >= 0) descriptors.push_back(sentinel->child_end());
  std::vector<char*> environment;
  if (options.environment.has_value()) environment = Pointers(*options.environment);
  const absl::StatusOr<pid_t> pid =
      Spawn(*program, options.environment.has_value() ? environment.data() : environ, descriptors);
  if (!pid.ok()) return pid.status();
  return ChildProcess::Adopt(*pid, *std::move(sentinel));
}

}  // namespace someos::multiprocessing
