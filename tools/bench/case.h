// What is measured: a workload on a contender, with its parameters.

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

// Each in a file of its own in workloads/, which says what one operation is.
enum class Workload {
  kWaitNone,
  kWaitOne,
  kWaitMany,
  kRegister,
  kWatch,
  kModify,
  kRewatch,
  kBatch,
  kWake,
  kPass
};

absl::string_view WorkloadName(Workload workload);

struct Parameters {
  int fds = 1;     // registered
  int active = 1;  // ready at the same time
  int writes = 0;  // how often an event makes another descriptor ready, in one round
};

// A workload with its scenery, ready to be repeated.
class Case {
 public:
  virtual ~Case() = default;
  // Goes through the workload `rounds` times.
  virtual void Run(int64_t rounds) = 0;
  // How many operations that is each time.
  virtual int64_t operations_per_round() const { return 1; }
};

// What a contender is made with.
struct Setup {
  const Backend* backend = nullptr;  // the Poller's; null for others
  int fds = 1;                       // how many will be registered
  // How many events one wait may bring.
  size_t room = 1024;
};

// Someone who can be measured.
struct Contender {
  std::string name;     // "raw", "someos", "libevent"
  std::string backend;  // whose raw system call is the yardstick
  std::string version;
  int most_fds = 0;
  // Null if the contender has no such thing.
  std::unique_ptr<Case> (*make)(const Backend* backend, Workload workload,
                                const Parameters& parameters) = nullptr;
  // What `fds` registrations take of the heap, each; nullopt where the C library does not tell.
  std::optional<double> (*heap_bytes_per_fd)(const Backend* backend, int fds) = nullptr;
  const Backend* implementation = nullptr;  // for make
  // Another way of using one of the others: left out of the matrix, and so of the plot.
  bool variant = false;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CASE_H_
