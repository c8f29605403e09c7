// What a Pool consists of.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_POOL_OPTIONS_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_POOL_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

struct PoolOptions {
  // How many workers there are. Without: as many as there are processors for this process.
  std::optional<int64_t> processes = std::nullopt;

  // A function that each worker calls once, before its tasks: Python's `initializer`, by name as
  // in Pool::Apply. Empty: none. If it fails, the pool is broken (see Pool); Python would start
  // workers for ever.
  std::string initializer = {};
  std::vector<PyValue> initargs = {};

  // After so many tasks (calls, or chunks of maps) a worker ends and is replaced.
  std::optional<int64_t> maxtasksperchild = std::nullopt;

  // The Python interpreter that the workers are: a path, or a name to be looked for in PATH. 2.7,
  // or 3.6 and later. Nothing needs to be installed for it. Empty: the workers are copies of this
  // program, and the functions those that its main() gives to RunAsPoolWorker (pool_worker.h).
  std::string python = {};

  // Directories in which Python workers look for modules first. The working directory is none of
  // them unless it is named here.
  std::vector<std::string> sys_path = {};

  // What is accepted from a worker: limits of the result of one task, beyond which the task, or for
  // a long message the worker, fails.
  ConnectionOptions connection = {};

  // Terminate sends SIGTERM, as Python's, and after this time SIGKILL to those who are still there.
  absl::Duration terminate_grace = absl::Seconds(5);
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_POOL_OPTIONS_H_
