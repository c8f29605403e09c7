// Makes a schedule that fails easier to understand.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_SHRINK_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_SHRINK_H_

#include "absl/functional/function_ref.h"
#include "someos/backends/thread_stepped/run.h"

namespace someos::thread_stepped {

// Runs variants of a schedule that has failed, with fewer choices that are not the first candidate,
// and returns the one that fails in the same way with the fewest switches between threads. The
// number of variants is limited. If the schedule itself does not fail when it is repeated, it is
// returned, and is not repeatable.
Outcome Shrink(Outcome failed, absl::FunctionRef<Outcome(const Token& token)> run);

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_SHRINK_H_
