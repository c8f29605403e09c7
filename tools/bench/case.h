// A benchmark case: a workload on a contender, with its parameters.

#ifndef SOMEOS_TOOLS_BENCH_CASE_H_
#define SOMEOS_TOOLS_BENCH_CASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/backend.h"

namespace someos::bench {

// Each workload has a file in workloads/ or mapping/workloads/, which defines what one operation
// is.
enum class Workload {
  kWaitNone,
  kWaitOne,
  kWaitTimed,
  kWaitPending,
  kWaitMany,
  kLoopOne,
  kLoopMany,
  kRegister,
  kWatch,
  kModify,
  kRewatch,
  kBatch,
  kBatchAndWait,
  kPass,
  // With a second thread (IsThreaded).
  kWake,
  kWakeByFd,
  kWakeLatency,
  kWakeOften,
  kRegisterShared,
  kRearm,
  kAccept,
  // On mappings.
  kMapAndScan,
  kScan,
  kRandomReads,
  kReadByte,
  kReadWritable,
  kFind,
  kRfind,
  kResize,
  kRecover
};

absl::string_view WorkloadName(Workload workload);

// Whether the workload has a second thread, so that what all threads take is its cost.
bool IsThreaded(Workload workload);

struct Parameters {
  int fds = 1;     // registered
  int active = 1;  // ready at the same time
  int writes = 0;  // how often events make another descriptor ready, in one round
  // Of mappings.
  size_t bytes = 0;   // of the file
  size_t needle = 0;  // bytes to find
};

// A workload that is set up and can be run repeatedly.
class Case {
 public:
  virtual ~Case() = default;
  // Runs the workload `rounds` times.
  virtual void Run(int64_t rounds) = 0;
  // The number of operations in each round.
  virtual int64_t operations_per_round() const { return 1; }
};

// What other threads do with a contender while one waits.
enum class Threads { kNone, kWake, kChange };

// The arguments for creating a contender.
struct Setup {
  const Backend* backend = nullptr;  // of the Poller; null for others
  int fds = 1;                       // the number of descriptors to register
  Threads threads = Threads::kNone;
  // The maximum number of events per wait.
  size_t room = 1024;
};

// A library, or a raw system call, that can be measured.
struct Contender {
  std::string name;     // "raw", "someos", "libevent"
  std::string backend;  // it is compared with the raw system call of this backend; or "mapping"
  std::string version;
  int max_fds = 0;
  // The function returns null if the contender does not support the workload.
  std::unique_ptr<Case> (*make)(const Backend* backend, Workload workload,
                                const Parameters& parameters) = nullptr;
  // The heap memory per registration, with `fds` registrations; nullopt if the C library does not
  // report it. Null: of a mapping.
  std::optional<double> (*heap_bytes_per_fd)(const Backend* backend, int fds) = nullptr;
  const Backend* implementation = nullptr;  // for make
  // Of a Poller: whether it can run this workload.
  bool (*supports)(Workload workload) = nullptr;
  // Another way of using one of the other contenders: not in the matrix, and so not in the plot.
  bool variant = false;
  // Of a mapping: whether it can run this workload. Null: of a Poller.
  bool (*maps)(Workload workload) = nullptr;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CASE_H_
