#include "someos/backends/thread_stepped/run.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/thread.h"
#include "someos/backends/thread_stepped/core.h"
#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/schedule.h"
#include "someos/backends/thread_stepped/token.h"

namespace someos::thread_stepped {
namespace {

using Thread = thread_base::Thread<Core>;

absl::StatusOr<std::unique_ptr<Thread>> StartFirst(absl::FunctionRef<void()> body,
                                                   Schedule& schedule) {
  thread_base::ThreadOptions options;
  options.name = "body";
  options.daemon = false;
  auto thread = std::make_unique<Thread>([body] { body(); }, std::move(options));
  Schedule::ToBegin() = &schedule;
  const absl::Status status = thread->Start();
  Schedule::ToBegin() = nullptr;
  if (!status.ok()) return status;
  return thread;
}

// Keeps what threads that remain for ever may refer to.
void Keep(std::unique_ptr<Thread> thread, std::unique_ptr<Schedule> schedule) {
  struct Kept {
    absl::Mutex mutex;
    std::vector<std::pair<std::unique_ptr<Thread>, std::unique_ptr<Schedule>>> pairs;
  };
  static auto* const kept = new Kept;  // never destroyed
  const base::MutexLock lock(kept->mutex);
  kept->pairs.emplace_back(std::move(thread), std::move(schedule));
}

Failure Stuck(absl::Duration patience) {
  return {"stuck",
          absl::StrCat("stuck: no thread has made a step for ", absl::FormatDuration(patience),
                       "; one waits for something that is not an object of threading, or computes "
                       "for ever\n")};
}

}  // namespace

absl::StatusOr<Outcome> RunOnce(absl::FunctionRef<void()> body, Policy& policy, const Token& token,
                                absl::Duration patience) {
  auto schedule = std::make_unique<Schedule>(policy, Limits{token.max_steps, token.longest_pause});
  auto thread = StartFirst(body, *schedule);
  if (!thread.ok()) return thread.status();
  Outcome outcome;
  const bool ended = schedule->Run(patience);
  outcome.token = token;
  outcome.token.after_operations = policy.after_operations();
  if (!ended) {
    outcome.failure = Stuck(patience);
    outcome.repeatable = false;
    outcome.abandoned = true;
  } else {
    outcome.failure = schedule->failure();
    outcome.repeatable = !outcome.failure.has_value() || outcome.failure->kind != "data race";
    outcome.token.choices = schedule->choices();
    outcome.steps = schedule->steps();
    outcome.switches = schedule->switches();
    outcome.abandoned = schedule->abandoned();
  }
  if (outcome.abandoned) {
    Keep(*std::move(thread), std::move(schedule));
  } else {
    static_cast<void>((*thread)->Join());
  }
  return outcome;
}

}  // namespace someos::thread_stepped
