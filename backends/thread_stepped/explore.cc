#include "someos/backends/thread_stepped/explore.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_stepped/exhaustive_policy.h"
#include "someos/backends/thread_stepped/guided_policy.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/mixed_policy.h"
#include "someos/backends/thread_stepped/pct_policy.h"
#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/random_policy.h"
#include "someos/backends/thread_stepped/round_robin_policy.h"
#include "someos/backends/thread_stepped/run.h"
#include "someos/backends/thread_stepped/schedule.h"
#include "someos/backends/thread_stepped/shrink.h"
#include "someos/backends/thread_stepped/token.h"
#include "someos/backends/thread_stepped/watcher.h"

namespace someos::thread_stepped {
namespace {

constexpr int64_t kSchedules = 2000;
// A debugger may hold up a schedule that is replayed.
constexpr absl::Duration kPatienceOfReplay = absl::Hours(1);

std::unique_ptr<Watcher> (*make_watcher)() = nullptr;

std::unique_ptr<Watcher> Watch() { return make_watcher != nullptr ? make_watcher() : nullptr; }

absl::Status CheckOptions(const ExploreOptions& options) {
  const auto invalid = [](absl::string_view what) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, absl::StrCat("ExploreOptions::", what));
  };
  if (options.schedules.has_value() && *options.schedules < 1) {
    return invalid("schedules must be > 0");
  }
  if (options.change_points < 0) return invalid("change_points must be >= 0");
  if (options.preemptions.has_value() && *options.preemptions < 0) {
    return invalid("preemptions must be >= 0");
  }
  if (options.max_steps < 1) return invalid("max_steps must be > 0");
  if (options.longest_pause < absl::ZeroDuration()) return invalid("longest_pause must be >= 0");
  if (options.patience <= absl::ZeroDuration()) return invalid("patience must be > 0");
  return absl::OkStatus();
}

absl::Status CheckNotInBody() {
  if (Schedule::Current() == nullptr) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "a body that is being explored cannot explore");
}

std::unique_ptr<Policy> MakePolicy(const ExploreOptions& options) {
  switch (options.order) {
    case Order::kRandom:
      return std::make_unique<RandomPolicy>(options.seed, 1);
    case Order::kRoundRobin:
      return std::make_unique<RoundRobinPolicy>();
    case Order::kPct:
      return std::make_unique<PctPolicy>(options.seed, options.change_points);
    case Order::kExhaustive:
      return std::make_unique<ExhaustivePolicy>(options.preemptions.has_value()
                                                    ? *options.preemptions
                                                    : std::numeric_limits<size_t>::max());
    case Order::kMixed:
      break;
  }
  return std::make_unique<MixedPolicy>(options.seed);
}

// Prints and returns the report of a schedule that has failed.
absl::Status Report(absl::string_view which, const Outcome& outcome) {
  std::string text =
      absl::StrCat(which, " failed after ", outcome.steps, " steps and ", outcome.switches,
                   " switches between threads.\n", outcome.failure->text);
  if (outcome.failure->kind != "stuck") {
    absl::StrAppend(&text, "  token for Replay: ", FormatToken(outcome.token), "\n");
  }
  if (!outcome.repeatable) text += "  The schedule was not made shorter: it did not fail again.\n";
  std::fputs(text.c_str(), stderr);
  return PlainStatus(absl::StatusCode::kAborted, text);
}

Outcome Shortened(absl::FunctionRef<void()> body, Outcome failed, absl::Duration patience) {
  if (!failed.repeatable) return failed;
  return Shrink(std::move(failed), [&](const Token& token) {
    GuidedPolicy policy(token);
    policy.NextSchedule();
    absl::StatusOr<Outcome> outcome = RunOnce(body, policy, token, patience);
    return outcome.ok() ? *std::move(outcome) : Outcome();
  });
}

}  // namespace

absl::Status Explore(absl::FunctionRef<void()> body, const ExploreOptions& options,
                     Exploration* exploration) {
  Exploration unused;
  Exploration& result = exploration != nullptr ? *exploration : unused;
  result = {};
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  if (absl::Status status = CheckNotInBody(); !status.ok()) return status;
  const int64_t most = options.schedules.value_or(
      options.order == Order::kExhaustive ? std::numeric_limits<int64_t>::max() : kSchedules);
  Token token;
  token.max_steps = options.max_steps;
  token.longest_pause = options.longest_pause;
  const std::unique_ptr<Policy> policy = MakePolicy(options);
  const std::unique_ptr<Watcher> watcher = Watch();
  while (result.schedules < most) {
    if (!policy->NextSchedule()) {
      result.exhausted = true;
      break;
    }
    absl::StatusOr<Outcome> outcome = RunOnce(body, *policy, token, options.patience);
    if (!outcome.ok()) return outcome.status();
    ++result.schedules;
    result.steps += outcome->steps;
    if (!outcome->failure.has_value()) continue;
    const Outcome failed = Shortened(body, *std::move(outcome), options.patience);
    result.token = FormatToken(failed.token);
    return Report(absl::StrCat("Explore: schedule ", result.schedules), failed);
  }
  return absl::OkStatus();
}

absl::Status Replay(absl::FunctionRef<void()> body, absl::string_view token) {
  if (absl::Status status = CheckNotInBody(); !status.ok()) return status;
  absl::StatusOr<Token> parsed = ParseToken(token);
  if (!parsed.ok()) return parsed.status();
  const std::unique_ptr<Watcher> watcher = Watch();
  GuidedPolicy policy(*parsed);
  policy.NextSchedule();
  const absl::StatusOr<Outcome> outcome = RunOnce(body, policy, *parsed, kPatienceOfReplay);
  if (!outcome.ok()) return outcome.status();
  if (outcome->failure.has_value()) return Report("Replay: the schedule", *outcome);
  if (!policy.astray()) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kNotFound,
                     "the schedule of the token does not exist: the body's operations are others, "
                     "and did not fail");
}

void SetWatcher(std::unique_ptr<Watcher> (*make)()) { make_watcher = make; }

void Yield() {
  Member* const member = Schedule::Current();
  if (member != nullptr) member->schedule.Point(*member, {"Yield", nullptr}, /*yields=*/true);
}

void Fail(absl::string_view message) {
  Member* const member = Schedule::Current();
  if (member != nullptr) {
    member->schedule.Fail("failed", message);
    return;
  }
  std::fprintf(stderr, "threads_testing::Fail: %.*s\n", static_cast<int>(message.size()),
               message.data());
  std::abort();
}

}  // namespace someos::thread_stepped
