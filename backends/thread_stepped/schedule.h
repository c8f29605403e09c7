// One run of a body, with its threads one at a time.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_SCHEDULE_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_SCHEDULE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_stepped/baton.h"
#include "someos/backends/thread_stepped/clock.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {

// What was wrong in a schedule.
struct Failure {
  std::string kind;  // "deadlock"
  std::string text;  // lines, the first of which begins with the kind
};

struct Limits {
  int64_t max_steps;
  absl::Duration longest_pause;
};

// The scheduler of one run. Its threads, the members, are real ones; each waits for its baton,
// except the one that runs, which therefore needs no lock for what is below. At each operation the
// one that runs asks the policy who goes on.
//
// Time stands still while a thread runs. If all wait, and some of them with a deadline, the clock
// goes on to the earliest. If others could run, a deadline that is no more than
// Limits::longest_pause away may pass nevertheless, as if these were held up for so long.
//
// A schedule ends when all members have ended, or when it has failed and cannot go on. Then the
// threads that are left wait for ever, in the middle of what they do, and it must not be destroyed.
class Schedule {
 public:
  // The policy may be destroyed when Run has returned.
  Schedule(Policy& policy, const Limits& limits)
      : policy_(policy), after_operations_(policy.after_operations()), limits_(limits) {}
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  // The calling thread as a member of the schedule that runs it; nullptr elsewhere.
  static Member* Current();

  // The schedule that the calling thread is about to begin: the next thread that it starts is the
  // first member. nullptr if there is none.
  static Schedule*& ToBegin();

  // A new member, whose thread must call Enter before all else; or Drop, if it could not be
  // started. `parent` has started it, by the operation that it has made last; nullptr: the first
  // one.
  Member& Add(const Member* parent);
  void Drop(Member& member);

  // Of a new thread: waits until it is chosen, and is then Current() until Leave, which is called
  // at its very end.
  static void Enter(Member& member);
  void Leave(Member& member);

  // Of the thread that wants the schedule to be run. Starts with the first member, and returns when
  // the schedule has ended: true; or false if no thread has made a step for `patience`.
  bool Run(absl::Duration patience);

  // Of the member that runs; see thread_base/core.h. `yields` lets others go first if they like.
  void Point(Member& member, const thread_base::Operation& operation, bool yields);
  void After(Member& member);
  thread_base::WaitEnd Wait(Member& member, const std::atomic<uint32_t>& word, uint32_t expected,
                            int64_t deadline_ns, const thread_base::Operation& operation);
  void Wake(const std::atomic<uint32_t>& word, int count);
  // Waits until `ready` returns true, or until the deadline: false. For what is not made of words,
  // such as a descriptor: `ready` looks without waiting or changing anything. It is also called by
  // other members, before each decision.
  bool WaitUntil(Member& member, absl::FunctionRef<bool()> ready, int64_t deadline_ns,
                 const thread_base::Operation& operation);
  void Acquired(Member& member, const thread_base::Operation& operation);
  void Released(const void* object);

  // The schedule has failed. It goes on to its end, without further interruptions. The first
  // failure counts.
  void Fail(absl::string_view kind, absl::string_view message);

  Clock& clock() { return clock_; }

  // After Run.
  const std::optional<Failure>& failure() const { return failure_; }
  const std::vector<uint32_t>& choices() const { return choices_; }
  // How many steps were made, and how often another thread than the one before went on.
  int64_t steps() const { return steps_.load(std::memory_order_relaxed); }
  int64_t switches() const { return switches_; }
  // Threads are left that wait for ever.
  bool abandoned() const { return abandoned_; }

 private:
  bool RunHidden(absl::Duration patience);
  void CheckForRace(const Member& member);

  bool IsDecision(const Member& member, const thread_base::Operation& operation) const;
  Member* JoinerOf(const Member& member) const;

  thread_base::WaitEnd Sleep(Member& member, int64_t deadline_ns,
                             const thread_base::Operation& operation);
  void WakeWhoIsReady();
  // Lets the policy choose who goes on, and waits until this member is chosen if it is another one.
  void GoOn(Member& member, bool yields);
  // The same for a member that has ended: does not wait.
  void PassOn(Member& member);
  // nullptr: nobody can go on.
  Member* Next(Member& member, bool yields);
  void ListCandidates(const Member& member, bool yields);
  void ListTimeouts(int64_t latest);
  int64_t EarliestDeadline() const;
  void LetTimeoutPass(Member& member);
  bool IsOver() const;

  // The schedule ends here: the other threads and, but for a member that has ended, this one
  // remain.
  void Abandon();
  [[noreturn]] static void RemainForEver(Member& member);
  void ReportBlocked();
  void ReportStepLimit();

  Policy& policy_;
  const bool after_operations_;
  const Limits limits_;
  Clock clock_;
  std::vector<std::unique_ptr<Member>> members_;  // by number
  std::vector<Member*> alive_;                    // in the order of their numbers
  std::vector<Candidate> candidates_;
  std::vector<uint32_t> choices_;
  std::optional<Failure> failure_;
  Steps<60> trace_;
  std::atomic<int64_t> steps_{0};  // also read by Run
  int64_t last_step_ = 0;          // no step is made behind it
  int64_t switches_ = 0;
  int64_t in_a_row_ = 0;  // decisions for the same thread
  int64_t waits_ = 0;
  bool abandoned_ = false;
  std::atomic<bool> given_up_{false};  // by Run
  Baton ended_;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_SCHEDULE_H_
