// What a pool of threads consists of.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_POOL_OPTIONS_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_POOL_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::dummy {

struct PoolOptions {
  // How many threads there are. Without: as many as there are processors for this process.
  std::optional<int64_t> processes = std::nullopt;

  // Called in each thread before its first task. If it fails, the pool is broken: all calls fail
  // with kUnavailable. (Python starts threads for ever.)
  PoolFunction initializer = {};
  std::vector<PyValue> initargs = {};

  // Those that can be called by their names.
  NamedFunctions functions = {};
};

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_POOL_OPTIONS_H_
