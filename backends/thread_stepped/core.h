// The Core of threads that a test runs one at a time.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_CORE_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_CORE_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_pthread/system_threads.h"
#include "someos/backends/thread_stepped/deadline.h"
#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/schedule.h"

namespace someos::thread_stepped {

// See thread_base/core.h. Of a thread that belongs to a schedule, operations go to that. All other
// threads are the system's, as those of thread_pthread. An object that is used in a schedule must
// not be used outside of it meanwhile.
struct Core : thread_pthread::SystemThreads {
  using Word = std::atomic<uint32_t>;
  using Deadline = thread_stepped::Deadline;

  static constexpr int kSpins = 0;
  static constexpr bool kJoinBlocks = false;

  static void Point(const thread_base::Operation& operation) {
    Member* const member = Schedule::Current();
    if (member != nullptr) member->schedule.Point(*member, operation, /*yields=*/false);
  }
  static void After() {
    Member* const member = Schedule::Current();
    if (member != nullptr) member->schedule.After(*member);
  }

  static thread_base::WaitEnd Wait(Word& word, uint32_t expected, Deadline& deadline,
                                   const thread_base::Operation& operation);
  static void Wake(Word& word, int count);
  // Of a member, see Schedule::WaitUntil.
  static bool WaitUntil(absl::FunctionRef<bool()> ready, absl::Duration timeout,
                        const thread_base::Operation& operation);

  static void Acquired(const thread_base::Operation& operation) {
    Member* const member = Schedule::Current();
    if (member != nullptr) member->schedule.Acquired(*member, operation);
  }
  static void Released(const void* object) {
    Member* const member = Schedule::Current();
    if (member == nullptr) return;
    member->schedule.Released(object);
    member->schedule.After(*member);
  }

  // A thread that is started by a member of a schedule is a member, too.
  static absl::StatusOr<Handle> Start(absl::AnyInvocable<void() &&> body,
                                      const thread_base::StartOptions& options);
  // A thread without a name of its own is called "Thread-1" and so on in reports, by its number in
  // the schedule.
  static void SetName(const std::string& name, bool by_program);

  // An exception has left the body of a thread: the schedule has failed.
  static void BodyFailed(const std::string& what);
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_CORE_H_
