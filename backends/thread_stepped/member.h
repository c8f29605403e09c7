// A thread in a schedule.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_MEMBER_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_MEMBER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_stepped/baton.h"

namespace someos::thread_stepped {

class Schedule;

// The operations that were made last.
template <size_t kSize>
class Steps {
 public:
  struct Step {
    size_t thread;
    int64_t number;  // in the schedule, from 1
    thread_base::Operation operation;
    bool timeout;  // that passes in the operation, which was begun before
  };

  void Add(const Step& step) { ring_[count_++ % kSize] = step; }

  // There must be one.
  const Step& Last() const { return ring_[(count_ - 1) % kSize]; }
  // The oldest first.
  std::vector<Step> Get() const {
    std::vector<Step> steps;
    for (size_t i = count_ > kSize ? count_ - kSize : 0; i < count_; ++i) {
      steps.push_back(ring_[i % kSize]);
    }
    return steps;
  }

 private:
  std::array<Step, kSize> ring_ = {};
  size_t count_ = 0;
};

// All but the baton belongs to the schedule, and is used by whoever runs.
struct Member {
  enum class State {
    kReady,    // runs or could run
    kWaiting,  // in Schedule::Wait or WaitUntil
    kEnded,
  };
  // Of a wait without a deadline.
  static constexpr int64_t kNever = INT64_MAX;

  Member(Schedule& schedule, size_t number) : schedule(schedule), number(number) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  Schedule& schedule;
  const size_t number;
  std::string name;
  const void* thread = nullptr;  // the object that operations on this thread name; may be unknown
  Baton baton;

  State state = State::kReady;
  bool fresh = true;  // has made no operation yet

  // Of a wait.
  const std::atomic<uint32_t>* word = nullptr;  // one of these
  const absl::FunctionRef<bool()>* ready = nullptr;
  int64_t deadline_ns = kNever;
  int64_t waits_since = 0;  // for the order of those who wait for the same word
  bool timed_out = false;
  thread_base::Operation wants = {};

  std::vector<thread_base::Operation> held;  // each by the operation that took it
  Steps<5> steps;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_MEMBER_H_
