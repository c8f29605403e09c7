// What the threads of a soak count, and what they complain about.

#ifndef SOMEOS_TESTING_POLLER_SOAK_LEDGER_H_
#define SOMEOS_TESTING_POLLER_SOAK_LEDGER_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace someos::soak {

// Every member may be used from any thread.
class Ledger {
 public:
  using Count = std::atomic<uint64_t>;

  // Notes that something is wrong with the poller, and prints it at once. Of very many, the first
  // few are kept and printed.
  void Complain(absl::string_view complaint);

  // The complaints that were kept, in their order.
  std::vector<std::string> complaints() const;

  // Connections, over all their lives.
  Count connections{0};  // that were opened
  Count orderly{0};      // that ended with both streams whole
  Count reset{0};        // that were reset on purpose
  Count written{0};      // bytes that were written to connections
  Count read{0};         // bytes that were read, and were the right ones
  Count cut{0};          // bytes that were written and never read, because of a reset

  // The waiting thread.
  Count waits{0};
  Count events{0};   // that Wait returned: the sum of the four below
  Count served{0};   // of connections
  Count accepts{0};  // of the listening socket
  Count poked{0};    // of a changing thread's pipe
  Count late{0};     // that a running Wait had collected when their registration went

  // The changing threads, which write bytes into pipes and wait for the events.
  Count pokes{0};      // bytes written
  Count retracted{0};  // bytes whose pipe was closed before they were seen
  Count wakes{0};      // Wakes called; each is seen, some at the same time as another
  Count changes{0};    // Register, Modify and Unregister calls of theirs

  Count forks{0};
  Count rebuilds{0};  // of forks, those whose child rebuilt the poller and waited
  Count signals{0};   // that were sent to the waiting thread
  Count refusals{0};  // of the system: descriptors, memory, ports

  // Descriptors that the soak itself has open, without those of the poller.
  std::atomic<int64_t> descriptors{0};

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> complaints_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_LEDGER_H_
