// What the workloads need of a contender.
//
// The workloads are templates, so that what they measure is the contender's own code and not a
// layer between. A contender is a class template
//
//   template <typename Handler>
//   class Contender {
//    public:
//     static constexpr bool kWakes;    // has Wake()
//     static constexpr bool kBatches;  // has Apply()
//
//     Contender(const Setup& setup, Handler& handler);
//     // `data` are the numbers from 0 on; each belongs to one descriptor.
//     void Register(int fd, uint64_t data, Want want);
//     void Modify(int fd, uint64_t data, Want want);
//     void Unregister(int fd, uint64_t data);
//     // Waits once and calls handler(data) for each descriptor that is ready. Always inlined:
//     behind
//     // a system call a return can cost as much as 20 instructions, so it must not be up to the
//     // compiler whose wait has one more.
//     void Wait(Patience patience);
//     // Makes another thread's Wait return.
//     void Wake();
//     // Makes all changes in one call.
//     void Apply(const std::vector<Change>& changes);
//   };
//
// A failure ends the program: a benchmark of something that does not work is of no use.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_

#include <cstdint>
#include <cstdlib>

namespace someos::bench {

enum class Want { kRead, kWrite };

// Not at all, or for as long as it takes.
enum class Patience { kNone, kForever };

// A handler that has each event's data in a register, and leaves them at that.
struct Touch {
  void operator()(uint64_t data) { asm volatile("" : : "r"(data)); }
};

// Has the compiler carry out what stands before it, each time round.
inline void Done() { asm volatile("" ::: "memory"); }

inline void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_CONTENDER_H_
