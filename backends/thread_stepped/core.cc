#include "someos/backends/thread_stepped/core.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_pthread/core.h"
#include "someos/backends/thread_stepped/hidden.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/schedule.h"

namespace someos::thread_stepped {
namespace {

using thread_base::Operation;
using thread_base::StartOptions;
using thread_base::WaitEnd;

// The last thing of a thread: made first of its thread_local objects, it is destroyed behind all
// others, whose destructors may still make steps.
class Membership {
 public:
  Membership() = default;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  ~Membership() {
    if (member_ != nullptr) member_->schedule.Leave(*member_);
  }

  void Begin(Member& member) {
    Schedule::Enter(member);
    member_ = &member;
  }

 private:
  Member* member_ = nullptr;
};

void RunAsMember(Member& member, absl::AnyInvocable<void() &&> body) {
  static thread_local Membership membership;
  membership.Begin(member);
  std::move(body)();
}

}  // namespace

WaitEnd Core::Wait(Word& word, uint32_t expected, Deadline& deadline, const Operation& operation) {
  Member* const member = Schedule::Current();
  if (member == nullptr) {
    return thread_pthread::Core::Wait(word, expected, deadline.real(), operation);
  }
  return member->schedule.Wait(*member, word, expected, deadline.stepped_ns(), operation);
}

void Core::Wake(Word& word, int count) {
  Member* const member = Schedule::Current();
  if (member == nullptr) return thread_pthread::Core::Wake(word, count);
  member->schedule.Wake(word, count);
}

bool Core::WaitUntil(absl::FunctionRef<bool()> ready, absl::Duration timeout,
                     const Operation& operation) {
  Member& member = *Schedule::Current();
  const int64_t deadline_ns = member.schedule.clock().After(timeout);
  return member.schedule.WaitUntil(member, ready, deadline_ns, operation);
}

absl::StatusOr<Core::Handle> Core::Start(absl::AnyInvocable<void() &&> body,
                                         const StartOptions& options) {
  Member* const parent = Schedule::Current();
  Schedule* const schedule = parent != nullptr ? &parent->schedule : Schedule::ToBegin();
  if (schedule == nullptr) return SystemThreads::Start(std::move(body), options);
  Member& member = schedule->Add(parent);
  auto handle = SystemThreads::Start(
      [&member, body = std::move(body)]() mutable { RunAsMember(member, std::move(body)); },
      options);
  if (!handle.ok()) schedule->Drop(member);
  return handle;
}

void Core::SetName(const std::string& name, bool by_program) {
  SystemThreads::SetName(name, by_program);
  Member* const member = Schedule::Current();
  if (member == nullptr) return;
  const Hidden hidden;
  if (by_program) member->name = name;
}

void Core::BodyFailed(const std::string& what) {
  Member* const member = Schedule::Current();
  if (member != nullptr) member->schedule.Fail("exception", what);
}

}  // namespace someos::thread_stepped
