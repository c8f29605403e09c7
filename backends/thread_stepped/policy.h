// Who decides which thread goes on.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_POLICY_H_

#include <cstddef>

#include "absl/types/span.h"

namespace someos::thread_stepped {

// A thread that can go on.
struct Candidate {
  size_t thread;  // its number: threads are numbered as they are started
  bool timeout;   // it waits, and goes on by letting its timeout pass
};

// A point of a schedule where more than one thread can go on.
struct Decision {
  // At least two. The thread that runs is the first one, if it can go on; the others follow in the
  // order of their numbers, from the one behind it; then those that a timeout lets go on.
  absl::Span<const Candidate> candidates;
  bool goes_on;  // the thread that runs is among them
  bool yields;   // it has called Yield

  // Whether every choice but the first interrupts a thread that has not asked for it.
  bool preempts() const { return goes_on && !yields; }
};

// Decides for one schedule after the other. Used by one thread at a time.
class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  // Begins with the next schedule, also the first one. False if there is none that is new.
  virtual bool NextSchedule() = 0;

  // The index of a candidate. The same decisions must follow from the same choices.
  virtual size_t Choose(const Decision& decision) = 0;

  // Whether there is a decision behind each operation as well, not only before it. That finds races
  // on plain variables that are accessed after the operation, but squares the number of schedules.
  virtual bool after_operations() const { return true; }
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_POLICY_H_
