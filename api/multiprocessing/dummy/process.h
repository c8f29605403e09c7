// Python's multiprocessing.dummy.Process: a thread that is called as a process is.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_PROCESS_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_PROCESS_H_

#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy {

// A threading::Thread that knows who has made it, with an exit code. Its name is a thread's:
// "Thread-1".
//
// The method "thread" of multiprocessing::Process has a sentinel and the function's exit code; this
// one is a thread of the program's backend, which thread_stepped explores and thread_dummy runs at
// its start.
class Process : public threading::Thread {
 public:
  // Python's target with its args is `body`.
  explicit Process(absl::AnyInvocable<void() &&> body, threading::ThreadOptions options = {});

  // Only by the thread that has made the object: kFailedPrecondition (RuntimeError) "Parent is
  // 'MainThread' but current_process is 'Thread-1'". Errors of Thread::Start.
  absl::Status Start();

  // nullopt before its end, then 0, however it has ended, as in Python.
  std::optional<int> exitcode() const;

 private:
  threading::ThreadRef parent_;
};

// Those that the calling thread has started and that have not ended. (In a thread that is neither
// the main thread nor a Process, Python has an AttributeError.)
std::vector<threading::ThreadRef> ActiveChildren();

// The thread that calls.
inline threading::ThreadRef CurrentProcess() { return threading::CurrentThread(); }

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_PROCESS_H_
