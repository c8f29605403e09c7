// Processes: Python's multiprocessing.Process. README.md has the names side by side.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_PROCESS_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_PROCESS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/process/functions.h"
#include "someos/api/multiprocessing/process/start_methods.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/waitable.h"  // undefines the macro fileno

namespace someos::multiprocessing {

namespace internal {
struct Running;
}

struct ProcessOptions {
  // What the function is called with. Descriptors stay open here; the child has duplicates.
  std::vector<PyValue> args;
  PyValue kwargs;  // a dict, or None
  std::vector<int> descriptors;
  // Empty: Python's "Process-1", with "Spawn", "Fork", "ForkServer" or "Thread" before it if
  // `context` names the method.
  std::string name;
  // A daemonic process is terminated when this one ends by exit(3), instead of waited for, and may
  // start no processes. Without: that of this process.
  std::optional<bool> daemon;
  // By what method it is started.
  Context context;
  // Kills the child by SIGKILL when this process has ended, however it ends. Not of a thread.
  bool end_with_parent = false;
};

// Runs a function in another process. Messages are Python's; errors that Python reports as an
// AssertionError are kFailedPrecondition.
//
// An object that is destroyed ends nothing: the child goes on, is waited for when it ends, so that
// it is no zombie, and when this process ends, as if the object still existed. A child whose object
// exists is waited for by Join, IsAlive, exitcode, ActiveChildren and the start of another one.
//
// Threads: after Start, all but SetName, SetAuthkey, Close, moves and the destructor may be called
// by any thread. Forked children of this process cannot wait for its children, nor signal them.
//
// With the method "thread" (Python's multiprocessing.dummy) it is a thread of this process:
// Terminate and Kill are kUnimplemented, CurrentProcess and ParentProcess are the whole process's.
class Process {
 public:
  // Of a function that RegisterFunction has made known, by its name: for every method.
  explicit Process(absl::string_view function, ProcessOptions options = {});
  // Of any function: for "fork" and "thread", whose children have this process's memory.
  explicit Process(ProcessFunction function, ProcessOptions options = {});
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  // kFailedPrecondition: "cannot start a process twice"; "can only start a process object created
  // by current process"; "daemonic processes are not allowed to have children"; with "spawn" and
  // "forkserver", a function without a name, or FreezeSupport has not been called. kNotFound: no
  // such function. Errors of Pickle, of the arguments, with these two. kUnavailable: the server of
  // "forkserver" has ended meanwhile; the next start starts another one. Errnos of the start:
  // EAGAIN, ENOMEM, EMFILE, ENFILE, EBADF.
  absl::Status Start();

  // Waits until the child has ended, and returns whether it has. Without a timeout for ever;
  // zero or less does not wait.
  //
  // kFailedPrecondition "can only join a started process", "can only join a child process", "cannot
  // join current thread". Errnos of the wait, such as that of a clock that cannot be read.
  // kInvalidArgument (ValueError) "process object is closed", here and from all functions but name,
  // daemon and Close.
  absl::StatusOr<bool> Join(std::optional<absl::Duration> timeout = std::nullopt) const;

  // Whether it has been started and has not ended. kFailedPrecondition "can only test a child
  // process".
  absl::StatusOr<bool> IsAlive() const;

  // Sends SIGTERM, or SIGKILL. No effect on one that has ended. kFailedPrecondition: not started,
  // or this is a forked child. kUnavailable: the server of "forkserver" that has started it has
  // ended.
  absl::Status Terminate() const;
  absl::Status Kill() const;

  // Frees what belongs to it. kInvalidArgument (ValueError): "Cannot close a process while it is
  // still running. You should first call join() or terminate()."
  absl::Status Close();

  // nullopt before its end; the negative number of the signal that has ended it. ECHILD: it has
  // ended, but its exit code is lost: the program has taken it away, or the server of "forkserver"
  // was killed before (see Child::Wait).
  absl::StatusOr<std::optional<int>> exitcode() const;

  // nullopt before Start.
  absl::StatusOr<std::optional<int64_t>> pid() const;
  absl::StatusOr<std::optional<int64_t>> ident() const { return pid(); }

  // A descriptor that is readable once the child has ended, until Close: for Select, Wait and a
  // Poller, which take the object itself as well. kInvalidArgument (ValueError) "process not
  // started".
  absl::StatusOr<int> sentinel() const;
  absl::StatusOr<int> fileno() const { return sentinel(); }

  const std::string& name() const { return options_.name; }
  void SetName(absl::string_view name);
  bool daemon() const { return *options_.daemon; }
  // kFailedPrecondition "process has already started".
  absl::Status SetDaemon(bool daemon);

  // The key of the child: by default that of this process when the object was made. Errors of
  // ThisProcess::authkey.
  absl::StatusOr<std::string> authkey() const { return authkey_; }
  void SetAuthkey(absl::string_view authkey) { authkey_ = std::string(authkey); }

  // Python's repr: "<Process name='Process-1' pid=17 parent=16 stopped exitcode=-SIGTERM daemon>".
  std::string ToString() const;

 private:
  Process(std::optional<std::string> function_name, ProcessFunction function,
          ProcessOptions options);
  absl::Status CheckOpen() const;
  absl::Status CheckOwn(absl::string_view otherwise) const;
  absl::StatusOr<StartTask> Task(const StartMethod& method) const;
  absl::Status SendSignal(int signal) const;
  std::string State() const;

  std::string type_;  // "Process", "SpawnProcess"
  std::optional<std::string> function_name_;
  ProcessFunction function_;
  ProcessOptions options_;
  std::vector<int64_t> numbers_;
  absl::StatusOr<std::string> authkey_;
  uint32_t generation_;  // of the process that has made it
  int64_t parent_pid_;
  bool closed_ = false;
  std::shared_ptr<internal::Running> running_;
};

// A child that has not ended: what Python's active_children returns.
class ActiveChild {
 public:
  std::string name() const;
  bool daemon() const;
  int64_t pid() const;
  // As Process::Join, Terminate and Kill; all are kFailedPrecondition in a forked child.
  absl::StatusOr<bool> Join(std::optional<absl::Duration> timeout = std::nullopt) const;
  absl::Status Terminate() const;
  absl::Status Kill() const;

 private:
  friend std::vector<ActiveChild> ActiveChildren();
  explicit ActiveChild(std::shared_ptr<internal::Running> running);

  std::shared_ptr<internal::Running> running_;
};

// The children of this process that have not ended, also those whose Process objects are gone.
// Waits for those that have, so that they are no zombies.
std::vector<ActiveChild> ActiveChildren();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_PROCESS_H_
