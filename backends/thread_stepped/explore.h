// Runs the threads of a test in many orders, one thread at a time, and finds those in which it
// fails.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_EXPLORE_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_EXPLORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace someos::thread_stepped {

// How the thread that goes on is chosen.
enum class Order {
  // The others in turn, with several settings. Finds most.
  kMixed,
  // Each thread is as likely as any other, at each point.
  kRandom,
  // Each thread makes one step in turn; in the next schedule two, and so on.
  kRoundRobin,
  // PCT: random priorities, which change at ExploreOptions::change_points points.
  kPct,
  // One after the other, all that there are, with at most ExploreOptions::preemptions
  // interruptions. Threads are not interrupted behind an operation, but before one only, so that
  // two threads of eight steps have 12,870 schedules. The other orders do both, and thus find more
  // races on plain variables.
  kExhaustive,
};

struct ExploreOptions {
  Order order = Order::kMixed;
  // How many to run at most. By default 2,000; for kExhaustive as many as there are.
  std::optional<int64_t> schedules;
  // The same seed gives the same schedules.
  uint64_t seed = 1;
  // For kPct: how often a thread loses its priority. A bug that needs n threads to be interrupted
  // at the right moment needs n.
  int change_points = 2;
  // For kExhaustive: how often a thread may be interrupted that could go on. Most bugs need no more
  // than two. No limit by default.
  std::optional<int> preemptions;
  // A schedule with more steps has failed: its threads seem to wait in a loop.
  int64_t max_steps = 100'000;
  // A timeout passes when all threads wait; time then goes on without being waited for. It may also
  // pass while others could run if it is no longer than this, as if they were held up for so long.
  // Zero: it never does. A test whose threads take a timeout for impossible must have longer ones.
  absl::Duration longest_pause = absl::Milliseconds(500);
  // The same in real time: if no thread makes a step for so long, one waits for something that is
  // not known here, such as a std::mutex or a pipe, or computes for ever.
  absl::Duration patience = absl::Seconds(30);
};

// What Explore has done.
struct Exploration {
  int64_t schedules = 0;   // that were run, without those for shortening the one that failed
  int64_t steps = 0;       // in these
  bool exhausted = false;  // there are no others (kExhaustive, kRoundRobin)
  std::string token;       // of the schedule that has failed, otherwise empty
};

// Calls `body` again and again, each time in a thread of its own and with another schedule, until
// one fails or the number is reached. All threads that the body starts, by the Thread, Timer and
// ThreadPool of this backend, run one at a time. At each operation of these objects, of Atomic, and
// at Yield another one may go on. What is not one of these objects must not block: a thread that
// waits for a std::mutex holds up all others.
//
// The body must do the same each time: it makes the objects that it uses, and asks neither a clock
// nor a random device nor addresses for what to do. Its threads must end, also those that are
// daemons. It is called by one thread at a time, but not by the calling one.
//
// A schedule fails
//   - if all threads wait and no timeout can end that (deadlock, or lost wakeup),
//   - if the body calls Fail, or Check with false, or an EXPECT of GoogleTest fails
//     (//api:threads_testing_gtest),
//   - if a thread joins itself, if an exception leaves the body of a thread, if there are more
//     steps than max_steps, or if ThreadSanitizer reports something.
// Then Explore looks for a schedule with fewer switches between threads that fails in the same way,
// and returns kAborted with a report, which it also prints to the standard error output: what each
// thread waits for and holds, the last steps, and a token for Replay. Threads of a failed schedule
// that cannot go on remain for ever where they are, with what they refer to; up to a few dozen.
//
// Memory is sequentially consistent: what only a weak order of atomic operations does is not found.
//
// kInvalidArgument for options that make no sense; kFailedPrecondition in a body;
// kResourceExhausted if the system starts no more threads.
absl::Status Explore(absl::FunctionRef<void()> body, const ExploreOptions& options = {},
                     Exploration* exploration = nullptr);

// Repeats the one schedule that an Explore has printed the token of, also in another process.
// Returns what Explore returned; OK if it does not fail, as when the bug has been removed. The
// token holds what it needs of the options. kInvalidArgument if it is none. If the body's
// operations are not those of the token's schedule, it goes on as it can, and if nothing fails the
// result is kNotFound.
absl::Status Replay(absl::FunctionRef<void()> body, absl::string_view token);

// In a schedule: the others may go on first. To be called in loops that wait for something.
void Yield();

// In a schedule: it has failed, and ends without further interruptions. Elsewhere, ends the program
// with the message.
void Fail(absl::string_view message);
// The same if `good` is false.
inline void Check(bool good, absl::string_view message) {
  if (!good) Fail(message);
}

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_EXPLORE_H_
