#include "someos/backends/process_forkserver/server.h"

#include <poll.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/request.h"
#include "someos/backends/process_spawn/spawn_program.h"

namespace someos::multiprocessing::process_forkserver {
namespace {

struct Current {
  base::ProcessLock lock;
  uint32_t generation ABSL_GUARDED_BY(lock) = base::kNoForkGeneration;
  std::shared_ptr<Server>* server ABSL_GUARDED_BY(lock) = nullptr;
};

Current& TheCurrent() {
  static Current& current = *new Current;
  return current;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Server>> Server::Start(const std::string& program) {
  absl::StatusOr<std::array<base::OwnDescriptor, 2>> sockets = process_base::MakeOwnSockets();
  if (!sockets.ok()) return sockets.status();
  ProgramOptions options;
  options.arguments = {program, std::string(kServerArgument),
                       absl::StrCat(kDescriptorsArgument, 1)};
  options.descriptors = {(*sockets)[1].get()};
  absl::StatusOr<std::unique_ptr<Child>> process = SpawnProgram(options);
  if (!process.ok()) return process.status();
  return absl::WrapUnique(new Server(*std::move(process), std::move((*sockets)[0])));
}

Server::Server(std::unique_ptr<Child> process, base::OwnDescriptor socket)
    : process_(std::move(process)), socket_(std::move(socket)) {}

// It sends nothing, so that only the end of its socket can be read. A process that another thread
// has forked during Start may have a copy of the server's end: then only waiting for it tells.
bool Server::IsAlive() const {
  pollfd entry = {socket_.get(), POLLIN, 0};
  const bool is_open = poll(&entry, 1, 0) <= 0;
  const absl::StatusOr<std::optional<int>> code = process_->Wait(absl::ZeroDuration());
  return is_open && code.ok() && !code->has_value();
}

absl::StatusOr<uint64_t> Server::RequestStart(absl::Span<const int> descriptors) {
  const base::MutexLock holder(lock_);
  Request request;
  request.serial = ++last_serial_;
  request.descriptors = descriptors.size();
  absl::Status status = SendRequest(socket_.get(), request, descriptors);
  if (!status.ok()) return status;
  return request.serial;
}

absl::Status Server::RequestSignal(uint64_t serial, pid_t pid, int signal) {
  const base::MutexLock holder(lock_);
  Request request;
  request.serial = serial;
  request.pid = pid;
  request.signal = signal;
  return SendRequest(socket_.get(), request, {});
}

absl::StatusOr<std::shared_ptr<Server>> RunningServer(const std::string& program) {
  Current& current = TheCurrent();
  const base::ProcessLockHolder holder(current.lock);
  if (current.generation != base::ForkGeneration()) {
    // The server of the parent, which a thread of it may have been replacing at the fork, is left
    // alone.
    current.generation = base::ForkGeneration();
    current.server = new std::shared_ptr<Server>;
  }
  std::shared_ptr<Server>& server = *current.server;
  if (server != nullptr && server->IsAlive()) return server;
  absl::StatusOr<std::shared_ptr<Server>> started = Server::Start(program);
  if (started.ok()) server = *started;
  return started;
}

}  // namespace someos::multiprocessing::process_forkserver
