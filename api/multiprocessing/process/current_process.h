// The process that calls: Python's multiprocessing.current_process().

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_CURRENT_PROCESS_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_CURRENT_PROCESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

class ThisProcess {
 public:
  // "MainProcess"; in a child that this library has started, the name that it was given.
  std::string name() const;
  void SetName(absl::string_view name) const;
  // Whether it was started as a daemonic one.
  bool daemon() const;
  // The key of this process: 32 random bytes, which the first call makes. Children that are forked
  // afterwards have the same. Errnos of RandomBytes: ENOSYS.
  absl::StatusOr<std::string> authkey() const;
  // Replaces it.
  void SetAuthkey(absl::string_view authkey) const;
};

// Thread-safe.
inline ThisProcess CurrentProcess() { return {}; }

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_CURRENT_PROCESS_H_
