// A descriptor that Linux reports as readable to one poll(2) only: a perf event.

#ifndef SOMEOS_TESTING_PERF_EVENT_H_
#define SOMEOS_TESTING_PERF_EVENT_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

class PerfEvent {
 public:
  PerfEvent();
  PerfEvent(const PerfEvent&) = delete;
  PerfEvent& operator=(const PerfEvent&) = delete;
  ~PerfEvent();

  // False where the system has none, or does not give out any.
  bool valid() const { return buffer_ != nullptr; }
  int fd() const { return file_.get(); }

  // Makes it readable: keeps the processor busy until a sample is taken. False if none is taken for
  // ten seconds, as on virtual machines that only pretend to have them.
  bool Raise() const;

 private:
  ScopedFd file_;
  void* buffer_ = nullptr;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_PERF_EVENT_H_
