#include "someos/api/multiprocessing/pool/worker.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/interest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/worker_message.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/poller.h"
#include "someos/backends/connection_socket/sockets.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::pool {
namespace {

std::string HowItEnded(int64_t pid, const absl::StatusOr<std::optional<int>>& code) {
  if (!code.ok() || !code->has_value()) return absl::StrCat("pid ", pid, " has ended");
  if (**code < 0) return absl::StrCat("pid ", pid, " was killed by signal ", -**code);
  return absl::StrCat("pid ", pid, " has exited with code ", **code);
}

}  // namespace

Worker::Worker(Id id, std::unique_ptr<Child> child, Connection connection, Poller* poller,
               const WorkerOptions* options, WorkerOwner* owner)
    : id_(id),
      child_(std::move(child)),
      connection_(std::move(connection)),
      poller_(poller),
      options_(options),
      owner_(owner) {}

absl::StatusOr<std::unique_ptr<Worker>> Worker::Create(Id id, std::unique_ptr<Child> child,
                                                       Connection connection, Poller* poller,
                                                       const WorkerOptions* options,
                                                       WorkerOwner* owner) {
  auto worker = absl::WrapUnique(
      new Worker(id, std::move(child), std::move(connection), poller, options, owner));
  if (absl::Status status = worker->Watch(); !status.ok()) return status;
  return worker;
}

Worker::~Worker() {
  CloseConnection();
  if (sentinel_watched_) static_cast<void>(poller_->Unregister(child_->sentinel()));
}

absl::Status Worker::Watch() {
  absl::Status status = poller_->Register(child_->sentinel(), Interest::kReadable, sentinel_data());
  if (!status.ok()) return status;
  sentinel_watched_ = true;
  const absl::StatusOr<int> fd = connection_.fileno();
  if (!fd.ok()) return fd.status();
  status = poller_->Register(*fd, Interest::kReadable, connection_data());
  connection_watched_ = status.ok();
  return status;
}

void Worker::OnEvent(uint64_t data) {
  if (data == sentinel_data()) return Reap();
  (void)ReadMessage();  // a second one, which nobody has asked for, is an event of its own
  FlushRest();
  UpdateInterest();
}

bool Worker::ReadMessage() {
  if (state_ == State::kClosed) return false;
  const absl::StatusOr<std::optional<std::string>> message = connection_.TryReceiveBytes();
  if (!message.ok()) {
    unread_ =
        connection_socket::kResetTellsOfUnreadBytes && ErrnoOf(message.status()) == ECONNRESET;
    Lose();
    return false;
  }
  if (message->has_value()) HandleMessage(**message);
  return message->has_value();
}

void Worker::HandleMessage(absl::string_view message) {
  const UnpickleOptions& limits = options_->connection.unpickle;
  switch (state_) {
    case State::kGreeting:
      if (!Greet(message).ok()) Lose();
      return;
    case State::kSettingUp: {
      const absl::StatusOr<PyValue> result = ReadResult(message, limits);
      state_ = State::kRunning;
      return result.ok() ? owner_->OnReady(*this) : owner_->OnSetupFailed(*this, result.status());
    }
    case State::kRunning:
      if (!std::exchange(has_task_, false)) return Lose();  // it was not asked
      return owner_->OnResult(*this, ReadResult(message, limits));
    case State::kClosed:
      return;
  }
}

absl::Status Worker::Greet(absl::string_view message) {
  const absl::StatusOr<PickleDialect> dialect = ReadHello(message, options_->connection.unpickle);
  if (!dialect.ok()) return dialect.status();
  dialect_ = *dialect;
  state_ = State::kSettingUp;
  const absl::StatusOr<std::string> setup = WriteSetup(options_->setup, dialect_);
  if (!setup.ok()) {
    owner_->OnSetupFailed(*this, setup.status());
    return absl::OkStatus();
  }
  return Send(setup);
}

absl::Status Worker::Run(const Task& task) {
  const absl::StatusOr<std::string> message = WriteTask(task, dialect_);
  if (!message.ok()) return message.status();
  const absl::Status sent = Send(message);
  if (sent.code() == absl::StatusCode::kInvalidArgument) return sent;  // too long
  has_task_ = true;
  if (sent.ok()) return absl::OkStatus();
  // The process has ended, or will soon.
  unread_ = true;
  Lose();
  return absl::OkStatus();
}

absl::Status Worker::Send(const absl::StatusOr<std::string>& message) {
  const absl::StatusOr<bool> sent = connection_.TrySendBytes(*message);
  UpdateInterest();
  return sent.status();
}

void Worker::FlushRest() {
  if (state_ == State::kClosed || !connection_.has_unsent()) return;
  if (connection_.Flush().ok()) return;
  unread_ = true;
  Lose();
}

void Worker::UpdateInterest() {
  if (state_ == State::kClosed) return;
  const Interest wanted =
      connection_.has_unsent() ? Interest::kReadable | Interest::kWritable : Interest::kReadable;
  if (wanted == registered_) return;
  registered_ = wanted;
  if (!poller_->Modify(connection_.fileno().value_or(-1), wanted, connection_data()).ok()) Lose();
}

void Worker::Lose() {
  if (state_ == State::kClosed) return;
  CloseConnection();
  owner_->OnLost(*this);
}

void Worker::CloseConnection() {
  state_ = State::kClosed;
  unread_ = unread_ || connection_.has_unsent();
  if (connection_watched_) {
    static_cast<void>(poller_->Unregister(connection_.fileno().value_or(-1)));
  }
  connection_watched_ = false;
  connection_.Close();
}

void Worker::Reap() {
  // What it has sent before it ended is there by now.
  while (ReadMessage()) {
  }
  const absl::StatusOr<std::optional<int>> code = child_->Wait(absl::ZeroDuration());
  if (code.ok() && !code->has_value()) return Lose();  // it has closed a sentinel that is a pipe
  CloseConnection();
  owner_->OnEnded(*this,
                  PlainStatus(absl::StatusCode::kUnavailable, HowItEnded(child_->pid(), code)));
}

}  // namespace someos::multiprocessing::pool
