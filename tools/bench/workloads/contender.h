// The interface of a contender for the workloads.
//
// The workloads are templates, so that they measure the contender's own code without a layer in
// between. A contender is a class template
//
//   template <typename Handler>
//   class Contender : public ContenderBase {
//    public:
//     Contender(const Setup& setup, Handler& handler);
//     // `data` are consecutive numbers from 0, below setup.fds; each belongs to one descriptor.
//     void Register(int fd, uint64_t data, Want want);
//     void Modify(int fd, uint64_t data, Want want);
//     void Unregister(int fd, uint64_t data);
//     // Waits once and calls handler(data) for each descriptor that is ready. Always inlined:
//     // after a system call a return can cost as much as 20 instructions, so the compiler's
//     // inlining decisions must not determine which contender has one more.
//     void Wait(Patience patience);
//   };
//
// and what its constants promise:
//
//     // kTimes. The first has a timeout of an hour, not a constant to the compiler. The others are
//     // waits while a timer of the program is pending, which StartTimer starts, for an hour. Where
//     // there are no timers the program keeps its end. The waits are always inlined.
//     void WaitAnHour();
//     void StartTimer();
//     void WaitWithTimer();
//     // kWakes: makes another thread's Wait return.
//     void Wake();
//     // kBatches: makes all changes in one call.
//     void Apply(const std::vector<Change>& changes);
//     // kLoops: has a loop of its own, which runs until a handler calls Break.
//     void Loop();
//     void Break();
//     // kShares: allows setup.threads to be Threads::kChange. RegisterOnce: for one event, until
//     // Rearm.
//     void RegisterOnce(int fd, uint64_t data);
//     void Rearm(int fd, uint64_t data);
//     // kExclusive: registers for reading so that a connection wakes one of those who wait for it.
//     void RegisterExclusive(int fd, uint64_t data);
//
// A failure terminates the program, because a benchmark of something that fails is useless.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace someos::bench {

enum class Want { kRead, kWrite };

// How long to wait: not at all, or without a timeout.
enum class Patience { kNone, kForever };

// What a contender has unless it says otherwise.
struct ContenderBase {
  static constexpr bool kTimes = false;
  static constexpr bool kWakes = false;
  static constexpr bool kBatches = false;
  static constexpr bool kLoops = false;
  static constexpr bool kShares = false;
  static constexpr bool kExclusive = false;
  // The size of what the library makes its user keep for each registration.
  static constexpr size_t kObjectBytes = 0;
};

// A handler that loads each event's data into a register and does nothing else.
struct Touch {
  void operator()(uint64_t data) { asm volatile("" : : "r"(data)); }
};

// A compiler barrier: prevents the compiler from optimising away or moving the operations before
// it.
inline void Done() { asm volatile("" ::: "memory"); }

inline void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_
