// The interface of a contender for the workloads.
//
// The workloads are templates, so that they measure the contender's own code without a layer in
// between. A contender is a class template
//
//   template <typename Handler>
//   class Contender {
//    public:
//     static constexpr bool kWakes;    // has Wake()
//     static constexpr bool kBatches;  // has Apply()
//     static constexpr bool kTimes;    // has WaitAnHour()
//
//     Contender(const Setup& setup, Handler& handler);
//     // `data` are consecutive numbers from 0; each belongs to one descriptor.
//     void Register(int fd, uint64_t data, Want want);
//     void Modify(int fd, uint64_t data, Want want);
//     void Unregister(int fd, uint64_t data);
//     // Waits once and calls handler(data) for each descriptor that is ready. Always inlined:
//     // after a system call a return can cost as much as 20 instructions, so the compiler's
//     // inlining decisions must not determine which contender has one more.
//     void Wait(Patience patience);
//     // The same with a timeout of an hour, not a constant to the compiler. Always inlined.
//     void WaitAnHour();
//     // Makes another thread's Wait return.
//     void Wake();
//     // Makes all changes in one call.
//     void Apply(const std::vector<Change>& changes);
//   };
//
// A failure terminates the program, because a benchmark of something that fails is useless.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_

#include <cstdint>
#include <cstdlib>

namespace someos::bench {

enum class Want { kRead, kWrite };

// How long to wait: not at all, or without a timeout.
enum class Patience { kNone, kForever };

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
