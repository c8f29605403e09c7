// What tests that explore our own pollers share.

#ifndef SOMEOS_TESTING_POLLER_EXPLORED_EXPLORED_H_
#define SOMEOS_TESTING_POLLER_EXPLORED_EXPLORED_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/threading.h"
#include "someos/api/threads_testing.h"
#include "someos/testing/pipe.h"
#include "someos/testing/stream_io.h"

namespace someos {

// May pass at any moment.
inline constexpr absl::Duration kSoon = absl::Milliseconds(1);

// Ends the schedule with the status's message if it is an error.
inline void MustBeOk(const absl::Status& status) {
  threads_testing::Check(status.ok(), status.message());
}

// Runs the bodies in a thread each, and waits for their ends.
template <typename... Bodies>
void Together(Bodies... bodies) {
  threading::Thread threads[] = {threading::Thread(bodies)...};
  for (threading::Thread& thread : threads) MustBeOk(thread.Start());
}

// A pipe with something to read.
struct ReadablePipe : Pipe {
  ReadablePipe() { WriteText(writer.get(), "x"); }
  int fd() const { return reader.get(); }
};

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_EXPLORED_EXPLORED_H_
