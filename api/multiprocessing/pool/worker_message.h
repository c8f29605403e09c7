// What a pool and its workers say to each other. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_WORKER_MESSAGE_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_WORKER_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// Messages of a Connection, each one a pickle:
//
//   worker: (major, minor)                              Python's version; once
//   pool:   (sys_path, initializer, initargs)           once
//   worker: (0, None) or an error
//   pool:   (kind, function, arguments, kwargs)         a task, again and again
//   worker: (0, result) or an error
//
// An error is (1, pickle of the exception or None, its module, its class, its text, traceback) or,
// of a worker in C++, (2, code of the status, its message, a dict of its payloads).

// Version is PickleDialect::kPython3 if the worker is that. kInternal: it is no such message.
absl::StatusOr<PickleDialect> ReadHello(absl::string_view message, const UnpickleOptions& limits);

struct Setup {
  std::vector<std::string> sys_path = {};
  std::string initializer = {};  // empty: none
  std::vector<PyValue> initargs = {};
};
absl::StatusOr<std::string> WriteSetup(const Setup& setup, PickleDialect dialect);

// Errors of Pickle.
absl::StatusOr<std::string> WriteTask(const Task& task, PickleDialect dialect);

// A result, or the status of the exception, with kTracebackPayload. Errors of Unpickle; kInternal:
// it is no such message.
absl::StatusOr<PyValue> ReadResult(absl::string_view message, const UnpickleOptions& limits);

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_WORKER_MESSAGE_H_
