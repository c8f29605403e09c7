#include "someos/backends/thread_stepped/schedule.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/linked_threads.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_stepped/hidden.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/race.h"
#include "someos/backends/thread_stepped/report.h"

namespace someos::thread_stepped {
namespace {

using thread_base::Operation;
using thread_base::WaitEnd;

// A thread that has gone on so often in a row, although others could, lets them: it may wait for
// them in a loop.
constexpr int64_t kMostInARow = 1000;
// So many steps may a schedule make behind a failure, to end its threads.
constexpr int64_t kStepsBehindFailure = 10'000;

bool IsJoin(const Operation& operation) {
  return operation.name == absl::string_view("Thread.Join");
}
bool IsStart(const Operation& operation) {
  return operation.name == absl::string_view("Thread.Start");
}

bool JoinsItself(const Member& member, const Operation& operation) {
  return operation.object != nullptr && operation.object == member.thread && IsJoin(operation);
}

Member*& CurrentMember() {
  static thread_local Member* current = nullptr;
  return current;
}

}  // namespace

Member* Schedule::Current() { return CurrentMember(); }

Schedule*& Schedule::ToBegin() {
  static thread_local Schedule* schedule = nullptr;
  return schedule;
}

Member& Schedule::Add(const Member* parent) {
  const Hidden hidden;
  members_.push_back(std::make_unique<Member>(*this, members_.size()));
  Member& member = *members_.back();
  alive_.push_back(&member);
  member.name = absl::StrCat("Thread-", member.number);
  if (parent != nullptr) member.thread = parent->steps.Last().operation.object;
  return member;
}

void Schedule::Drop(Member& member) {
  const Hidden hidden;
  member.state = Member::State::kEnded;
  alive_.erase(std::find(alive_.begin(), alive_.end(), &member));
}

void Schedule::Enter(Member& member) {
  const Hidden hidden;
  member.baton.Take();
  CurrentMember() = &member;
#if SOMEOS_LINKS_THREAD_STEPPED
  base::ClockOfThread() = &member.schedule.clock_.now();
#endif
}

void Schedule::Leave(Member& member) {
  const Hidden hidden;
  CheckForRace(member);
  CurrentMember() = nullptr;
#if SOMEOS_LINKS_THREAD_STEPPED
  base::ClockOfThread() = nullptr;
#endif
  Drop(member);
  if (given_up_.load(std::memory_order_relaxed)) return;
  if (alive_.empty()) {
    ended_.Give();
  } else {
    PassOn(member);
  }
}

bool Schedule::Run(absl::Duration patience) {
  const bool ended = RunHidden(patience);
  // What threads did that are left behind, and are not joined, was before what the caller does now.
  HappensAfter(this);
  return ended;
}

bool Schedule::RunHidden(absl::Duration patience) {
  const Hidden hidden;
  last_step_ = limits_.max_steps;
  members_[0]->baton.Give();
  int64_t before = -1;
  while (!ended_.Take(patience)) {
    if (steps() == before) {
      given_up_.store(true, std::memory_order_relaxed);
      return false;
    }
    before = steps();
  }
  return true;
}

void Schedule::Point(Member& member, const Operation& operation, bool yields) {
  HappensBefore(this);
  const Hidden hidden;
  CheckForRace(member);
  if (IsDecision(member, operation)) GoOn(member, yields);
  member.fresh = false;
  const int64_t step = steps() + 1;
  if (step > last_step_) {
    ReportStepLimit();
    Abandon();
    RemainForEver(member);
  }
  steps_.store(step, std::memory_order_relaxed);
  member.steps.Add({member.number, step, operation, false});
  trace_.Add({member.number, step, operation, false});
  if (JoinsItself(member, operation)) {
    Fail("self-join", absl::StrCat("[", member.number, "] ", member.name, " joins itself"));
  }
}

// If all schedules are to be run, there are as few as possible. The first operation of a thread
// follows from its start; and it makes no difference whether others run before or after a thread is
// started, or before or after one begins to wait for the end of a thread.
bool Schedule::IsDecision(const Member& member, const Operation& operation) const {
  if (after_operations_) return true;
  return !member.fresh && !IsStart(operation) && !IsJoin(operation);
}

void Schedule::After(Member& member) {
  HappensBefore(this);
  const Hidden hidden;
  if (after_operations_) GoOn(member, /*yields=*/false);
}

WaitEnd Schedule::Wait(Member& member, const std::atomic<uint32_t>& word, uint32_t expected,
                       int64_t deadline_ns, const Operation& operation) {
  HappensBefore(this);
  const Hidden hidden;
  if (word.load(std::memory_order_relaxed) != expected) return WaitEnd::kWoken;
  member.word = &word;
  return Sleep(member, deadline_ns, operation);
}

bool Schedule::WaitUntil(Member& member, absl::FunctionRef<bool()> ready, int64_t deadline_ns,
                         const Operation& operation) {
  HappensBefore(this);
  const Hidden hidden;
  WaitEnd end = WaitEnd::kWoken;
  member.word = nullptr;
  member.ready = &ready;
  while (end == WaitEnd::kWoken && !ready()) end = Sleep(member, deadline_ns, operation);
  member.ready = nullptr;
  return end == WaitEnd::kWoken;
}

WaitEnd Schedule::Sleep(Member& member, int64_t deadline_ns, const Operation& operation) {
  if (deadline_ns <= clock_.now()) return WaitEnd::kTimedOut;
  member.state = Member::State::kWaiting;
  member.deadline_ns = deadline_ns;
  member.waits_since = ++waits_;
  member.timed_out = false;
  member.wants = operation;
  GoOn(member, /*yields=*/false);
  member.wants = {};
  return member.timed_out ? WaitEnd::kTimedOut : WaitEnd::kWoken;
}

void Schedule::Wake(const std::atomic<uint32_t>& word, int count) {
  const Hidden hidden;
  for (; count > 0; --count) {
    Member* first = nullptr;
    for (Member* const member : alive_) {
      if (member->state != Member::State::kWaiting || member->word != &word) continue;
      if (first == nullptr || member->waits_since < first->waits_since) first = member;
    }
    if (first == nullptr) return;
    first->state = Member::State::kReady;
  }
}

void Schedule::WakeWhoIsReady() {
  for (Member* const member : alive_) {
    if (member->state != Member::State::kWaiting || member->ready == nullptr) continue;
    if ((*member->ready)()) member->state = Member::State::kReady;
  }
}

void Schedule::Acquired(Member& member, const Operation& operation) {
  const Hidden hidden;
  member.held.push_back(operation);
}

// Any thread may release a lock.
void Schedule::Released(const void* object) {
  const Hidden hidden;
  for (const auto& member : members_) {
    std::vector<Operation>& held = member->held;
    const auto last = std::find_if(held.rbegin(), held.rend(), [&](const Operation& operation) {
      return operation.object == object;
    });
    if (last == held.rend()) continue;
    held.erase(std::next(last).base());
    return;
  }
}

void Schedule::Fail(absl::string_view kind, absl::string_view message) {
  const Hidden hidden;
  if (failure_.has_value()) return;
  failure_ = Failure{std::string(kind), absl::StrCat(kind, ": ", message, "\n",
                                                     DescribeTrace(members_, trace_.Get()))};
  last_step_ = std::min(last_step_, steps() + kStepsBehindFailure);
}

void Schedule::CheckForRace(const Member& member) {
  if (!TakeRaceReport()) return;
  Fail("data race", absl::StrCat("ThreadSanitizer has reported something in [", member.number, "] ",
                                 member.name, ", see above"));
}

void Schedule::GoOn(Member& member, bool yields) {
  if (given_up_.load(std::memory_order_relaxed)) RemainForEver(member);
  Member* const next = Next(member, yields);
  if (next == &member) return;
  if (next == nullptr) {
    ReportBlocked();
    Abandon();
    RemainForEver(member);
  }
  next->baton.Give();
  member.baton.Take();
}

void Schedule::PassOn(Member& member) {
  Member* next = after_operations_ ? nullptr : JoinerOf(member);
  if (next == nullptr) next = Next(member, /*yields=*/false);
  if (next == nullptr) {
    ReportBlocked();
    Abandon();
  } else {
    next->baton.Give();
  }
}

// The thread that this one's end has woken from Join: to go on belongs to the end, see IsDecision.
Member* Schedule::JoinerOf(const Member& member) const {
  if (member.thread == nullptr) return nullptr;
  for (Member* const other : alive_) {
    const bool joins = other->wants.object == member.thread && IsJoin(other->wants);
    if (other->state == Member::State::kReady && joins) return other;
  }
  return nullptr;
}

Member* Schedule::Next(Member& member, bool yields) {
  WakeWhoIsReady();
  ListCandidates(member, yields);
  if (candidates_.empty()) return nullptr;
  size_t choice = 0;
  if (candidates_.size() > 1 && !failure_.has_value()) {
    const bool goes_on = candidates_[0].thread == member.number && !candidates_[0].timeout;
    choice = policy_.Choose({candidates_, goes_on, yields});
    choices_.push_back(static_cast<uint32_t>(choice));
  }
  Member& next = *members_[candidates_[choice].thread];
  if (candidates_[choice].timeout) LetTimeoutPass(next);
  if (&next == &member) {
    ++in_a_row_;
  } else {
    in_a_row_ = 0;
    ++switches_;
  }
  return &next;
}

void Schedule::ListCandidates(const Member& member, bool yields) {
  candidates_.clear();
  const auto behind = std::find_if(alive_.begin(), alive_.end(), [&](const Member* other) {
    return other->number > member.number;
  });
  const auto add = [this, &member](const Member* other) {
    if (other != &member && other->state == Member::State::kReady) {
      candidates_.push_back({other->number, false});
    }
  };
  const bool ready = member.state == Member::State::kReady;
  const bool too_long = in_a_row_ >= kMostInARow;
  if (ready && !too_long) candidates_.push_back({member.number, false});
  std::for_each(behind, alive_.end(), add);
  std::for_each(alive_.begin(), behind, add);
  // Who waits in a loop lets time pass as well as who waits.
  const bool idle = candidates_.empty() || (yields && candidates_.size() == 1);
  ListTimeouts(idle ? EarliestDeadline() : clock_.After(limits_.longest_pause));
  if (ready && candidates_.empty()) candidates_.push_back({member.number, false});
}

void Schedule::ListTimeouts(int64_t latest) {
  for (const Member* const member : alive_) {
    if (member->state != Member::State::kWaiting || member->deadline_ns == Member::kNever) continue;
    if (member->deadline_ns <= latest) candidates_.push_back({member->number, true});
  }
}

int64_t Schedule::EarliestDeadline() const {
  int64_t earliest = Member::kNever;
  for (const Member* const member : alive_) {
    if (member->state != Member::State::kWaiting) continue;
    earliest = std::min(earliest, member->deadline_ns);
  }
  return earliest;
}

void Schedule::LetTimeoutPass(Member& member) {
  clock_.AdvanceTo(member.deadline_ns);
  trace_.Add({member.number, steps(), member.wants, true});
  member.timed_out = true;
  member.state = Member::State::kReady;
}

void Schedule::Abandon() {
  abandoned_ = true;
  ended_.Give();
}

void Schedule::RemainForEver(Member& member) {
  for (;;) member.baton.Take();
}

void Schedule::ReportBlocked() {
  if (!failure_.has_value()) failure_ = DescribeBlocked(members_, trace_.Get());
}

void Schedule::ReportStepLimit() {
  if (failure_.has_value()) return;
  failure_ = Failure{
      "step limit",
      absl::StrCat("step limit: ", limits_.max_steps,
                   " steps were made, and the threads have not ended; they may wait in a loop\n",
                   DescribeTrace(members_, trace_.Get()))};
}

}  // namespace someos::thread_stepped
