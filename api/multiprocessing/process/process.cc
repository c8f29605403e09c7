#include "someos/api/multiprocessing/process/process.h"

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/process/child_main.h"
#include "someos/api/multiprocessing/process/current_process.h"
#include "someos/api/multiprocessing/process/freeze_support.h"
#include "someos/api/multiprocessing/process/functions.h"
#include "someos/api/multiprocessing/process/identity.h"
#include "someos/api/multiprocessing/process/running.h"
#include "someos/api/multiprocessing/process/signal_name.h"
#include "someos/api/multiprocessing/process/start_methods.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/worker_process/this_program.h"

namespace someos::multiprocessing {
namespace {

absl::Status AssertionError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, message);
}

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

// "SpawnProcess" for "spawn": Python's names.
std::string TypeOf(const Context& context) {
  std::string type(context.start_method());
  if (type == "forkserver") return "ForkServerProcess";
  if (!type.empty()) type[0] = absl::ascii_toupper(type[0]);
  return type + "Process";
}

absl::StatusOr<bool> JoinChild(const internal::Running& running,
                               std::optional<absl::Duration> timeout) {
  const absl::StatusOr<std::optional<int>> code =
      internal::WaitAndForget(running, timeout.value_or(absl::InfiniteDuration()));
  if (internal::HasEnded(code)) return true;
  if (!code.ok()) return code.status();
  return false;
}

}  // namespace

Process::Process(absl::string_view function, ProcessOptions options)
    : Process(std::string(function), nullptr, std::move(options)) {}

Process::Process(ProcessFunction function, ProcessOptions options)
    : Process(std::nullopt, std::move(function), std::move(options)) {}

Process::Process(std::optional<std::string> function_name, ProcessFunction function,
                 ProcessOptions options)
    : type_(TypeOf(options.context)),
      function_name_(std::move(function_name)),
      function_(std::move(function)),
      options_(std::move(options)),
      authkey_(CurrentProcess().authkey()),
      parent_pid_(worker_process::ThisProcessId()) {
  base::WatchForForks();
  generation_ = base::ForkGeneration();
  const internal::Identity own = internal::OwnIdentity();
  numbers_ = own.numbers;
  numbers_.push_back(internal::NextChildNumber());
  if (options_.name.empty()) {
    options_.name = absl::StrCat(type_, "-", absl::StrJoin(numbers_, ":"));
  }
  if (!options_.daemon.has_value()) options_.daemon = own.daemon;
}

Process::Process(Process&& other) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  this->~Process();  // what becomes of a child whose object is gone
  return *new (this) Process(std::move(other));
}

Process::~Process() {
  if (running_ == nullptr || !base::InForkGeneration(generation_)) return;
  const absl::StatusOr<bool> ended = JoinChild(*running_, absl::ZeroDuration());
  if (!ended.ok() || !*ended) internal::ForgetWhenEnded(std::move(running_));
}

absl::Status Process::CheckOpen() const {
  return closed_ ? ValueError("process object is closed") : absl::OkStatus();
}

absl::Status Process::CheckOwn(absl::string_view otherwise) const {
  return base::InForkGeneration(generation_) ? absl::OkStatus() : AssertionError(otherwise);
}

absl::StatusOr<StartTask> Process::Task(const StartMethod& method) const {
  ProcessFunction function = function_;
  if (function_name_.has_value()) {
    absl::StatusOr<ProcessFunction> found = FindFunction(*function_name_);
    if (!found.ok()) return found.status();
    function = *std::move(found);
  }
  const internal::Identity own = internal::OwnIdentity();
  internal::Preparation preparation;
  preparation.identity = {name(), numbers_, daemon(), own.name, parent_pid_, -1};
  if (!authkey_.ok()) return authkey_.status();
  preparation.authkey = *authkey_;
  preparation.start_method = GetStartMethod();
  preparation.end_with_parent = options_.end_with_parent;
  preparation.function = function_name_.value_or("");
  preparation.call = {options_.args, options_.kwargs, {}};
  StartTask task;
  task.descriptors = options_.descriptors;
  if (!method.runs_body) {
    if (!function_name_.has_value()) {
      return AssertionError(absl::StrCat("a process that is started by ", method.name,
                                         " needs the name of a registered function"));
    }
    task.program = internal::ProgramName();
    if (task.program.empty()) {
      return AssertionError(absl::StrCat(
          "main() must call FreezeSupport before a process is started by ", method.name));
    }
    absl::StatusOr<std::string> message = internal::ToMessage(preparation);
    if (!message.ok()) return message.status();
    task.message = *std::move(message);
    return task;
  }
  task.body = [preparation = std::move(preparation),
               function = std::move(function)](ChildSide side) mutable {
    if (side.parent >= 0) {
      return internal::RunAsProcess(std::move(preparation), function, std::move(side));
    }
    preparation.call.descriptors = std::move(side.descriptors);
    return internal::CallAndReport(preparation.identity.name, function, preparation.call);
  };
  return task;
}

absl::Status Process::Start() {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (running_ != nullptr) return AssertionError("cannot start a process twice");
  const absl::Status own = CheckOwn("can only start a process object created by current process");
  if (!own.ok()) return own;
  if (internal::OwnIdentity().daemon) {
    return AssertionError("daemonic processes are not allowed to have children");
  }
  (void)internal::Unended();
  const absl::string_view named = options_.context.start_method();
  const absl::StatusOr<const StartMethod*> method =
      internal::FindStartMethod(named.empty() ? GetStartMethod() : std::string(named));
  if (!method.ok()) return method.status();
  absl::StatusOr<StartTask> task = Task(**method);
  if (!task.ok()) return task.status();
  absl::StatusOr<StartedChild> started = (*method)->start(*std::move(task));
  if (!started.ok()) return started.status();
  running_ = std::make_shared<internal::Running>();
  running_->name = name();
  running_->daemon = daemon();
  running_->child = std::move(started->child);
  running_->parent_end = std::move(started->parent_end);
  internal::Remember(running_);
  function_ = nullptr;
  return absl::OkStatus();
}

absl::StatusOr<bool> Process::Join(std::optional<absl::Duration> timeout) const {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (absl::Status status = CheckOwn("can only join a child process"); !status.ok()) return status;
  if (running_ == nullptr) return AssertionError("can only join a started process");
  return JoinChild(*running_, timeout);
}

absl::StatusOr<bool> Process::IsAlive() const {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (absl::Status status = CheckOwn("can only test a child process"); !status.ok()) return status;
  if (running_ == nullptr) return false;
  const absl::StatusOr<bool> ended = JoinChild(*running_, absl::ZeroDuration());
  if (!ended.ok()) return ended;
  return !*ended;
}

absl::Status Process::SendSignal(int signal) const {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (running_ == nullptr) return AssertionError("process not started");
  return running_->child->Signal(signal);
}

absl::Status Process::Terminate() const { return SendSignal(SIGTERM); }
absl::Status Process::Kill() const { return SendSignal(SIGKILL); }

absl::Status Process::Close() {
  if (running_ != nullptr) {
    absl::StatusOr<bool> ended = false;  // in a forked child, as in Python
    if (base::InForkGeneration(generation_)) ended = JoinChild(*running_, absl::ZeroDuration());
    if (!ended.ok()) return ended.status();
    if (!*ended) {
      return ValueError(
          "Cannot close a process while it is still running. "
          "You should first call join() or terminate().");
    }
    running_ = nullptr;
  }
  closed_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<int>> Process::exitcode() const {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (running_ == nullptr || !base::InForkGeneration(generation_)) return std::nullopt;
  return internal::WaitAndForget(*running_, absl::ZeroDuration());
}

absl::StatusOr<std::optional<int64_t>> Process::pid() const {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (running_ == nullptr) return std::nullopt;
  return running_->child->pid();
}

absl::StatusOr<int> Process::sentinel() const {
  if (absl::Status status = CheckOpen(); !status.ok()) return status;
  if (running_ == nullptr) return ValueError("process not started");
  return running_->child->sentinel();
}

void Process::SetName(absl::string_view name) { options_.name = std::string(name); }

absl::Status Process::SetDaemon(bool daemon) {
  if (running_ != nullptr || closed_) return AssertionError("process has already started");
  options_.daemon = daemon;
  return absl::OkStatus();
}

std::string Process::State() const {
  if (closed_) return "closed";
  if (running_ == nullptr) return "initial";
  if (!base::InForkGeneration(generation_)) return "unknown";
  const absl::StatusOr<std::optional<int>> code = exitcode();
  if (!code.ok()) return internal::HasEnded(code) ? "stopped" : "unknown";
  if (!code->has_value()) return "started";
  const int number = **code;
  return absl::StrCat("stopped exitcode=",
                      number < 0 ? "-" + internal::SignalName(-number) : absl::StrCat(number));
}

std::string Process::ToString() const {
  std::string text = absl::StrCat("<", type_, " name='", name(), "'");
  if (running_ != nullptr) absl::StrAppend(&text, " pid=", running_->child->pid());
  absl::StrAppend(&text, " parent=", parent_pid_, " ", State(), daemon() ? " daemon" : "", ">");
  return text;
}

ActiveChild::ActiveChild(std::shared_ptr<internal::Running> running)
    : running_(std::move(running)) {}

std::string ActiveChild::name() const { return running_->name; }
bool ActiveChild::daemon() const { return running_->daemon; }
int64_t ActiveChild::pid() const { return running_->child->pid(); }

absl::StatusOr<bool> ActiveChild::Join(std::optional<absl::Duration> timeout) const {
  return JoinChild(*running_, timeout);
}
absl::Status ActiveChild::Terminate() const { return running_->child->Signal(SIGTERM); }
absl::Status ActiveChild::Kill() const { return running_->child->Signal(SIGKILL); }

std::vector<ActiveChild> ActiveChildren() {
  std::vector<ActiveChild> active;
  for (std::shared_ptr<internal::Running>& running : internal::Unended()) {
    active.push_back(ActiveChild(std::move(running)));
  }
  return active;
}

}  // namespace someos::multiprocessing
