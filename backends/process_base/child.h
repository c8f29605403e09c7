// The abstract Child: a handle of a process, or of a thread, that a start method has started.
//
//   absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(program);  // process_spawn
//   poller->Register((*child)->sentinel(), Interest::kReadable, ...);
//   absl::StatusOr<std::optional<int>> code = (*child)->Wait(absl::Seconds(1));
//   if (code.ok() && !code->has_value()) (*child)->Signal(SIGKILL);
//
// The contract of all start methods:
//
//  1. No zombies. A child that has ended is one until somebody asks for it by Wait. The destructor
//     asks too; a child that is still running then is waited for by a thread of the library.
//  2. Right pid. Nothing is ever sent to a process that got the number of a child that had ended;
//     where the sentinel is a pipe (outside Linux): unless the program has waited for the child
//     itself, or ignores SIGCHLD. That is about children that this process has forked: those of
//     "forkserver" are waited for by their server, and the promise holds everywhere.
//  3. Exit codes are Python's: what the child gave to exit(3), or the negative number of the signal
//     that killed it.
//  4. Fork. The children of a process are not those of its forked children: there, Wait and Signal
//     are refused, and the destructor does nothing but close the sentinel.
//  5. Threads. All functions may be called by any threads at the same time.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_CHILD_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_CHILD_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace someos::multiprocessing {

// The number of the first descriptor that a started program is given; the others follow.
inline constexpr int kFirstChildDescriptor = 3;

// Why Wait and Signal are refused in a forked child.
inline constexpr absl::string_view kChildOfTheParent =
    "it is a child of the process before the fork";

class Child {
 public:
  // Ends nothing: the child goes on running.
  virtual ~Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The number of the process; of a thread: the one that the system gives it.
  virtual int64_t pid() const = 0;

  // A descriptor that is readable once the child has ended, for Select, a Poller and
  // multiprocessing::Wait. It belongs to this object; do not read from it. Close-on-exec.
  //
  // Where it is a pipe (outside Linux) it is readable only when no process has the child's end any
  // more: neither the child nor one that it has started and given the descriptor to. So is that of
  // a child of "forkserver", everywhere, if the server has ended before the child.
  virtual int sentinel() const = 0;

  // Waits until the child has ended, and returns its exit code, each time the same one; nullopt if
  // it has not by the end of `timeout`. Zero or less does not wait. Signals neither end nor
  // lengthen the wait.
  //
  // ECHILD, each time: the child has ended, but its exit code is lost, because the program ignores
  // SIGCHLD or has waited for it by a call of its own, or because the server that had forked it was
  // killed before. kFailedPrecondition: this is a forked child.
  virtual absl::StatusOr<std::optional<int>> Wait(
      absl::Duration timeout = absl::InfiniteDuration()) = 0;

  // Sends a signal to the child. No effect, and no error, if it has ended.
  //
  // EINVAL: no such signal. EPERM: the child has changed its user. kUnimplemented: a thread.
  // kUnavailable: the server that has forked it has ended, and nobody knows whose its number is.
  // kFailedPrecondition: this is a forked child.
  virtual absl::Status Signal(int signal) = 0;

 protected:
  Child() = default;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_CHILD_H_
