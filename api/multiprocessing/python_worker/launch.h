// What the command line says by which Python's multiprocessing starts a program. Private to this
// package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_LAUNCH_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_LAUNCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace someos::multiprocessing::internal {

struct Launch {
  enum class Kind {
    kByOthers,     // not by Python's multiprocessing
    kWorker,       // a process of the start method "spawn"
    kInterpreter,  // a server of multiprocessing itself, which an interpreter has to be
  };
  Kind kind = Kind::kByOthers;
  int pipe = -1;     // of a worker: the descriptor that tells what to do
  int tracker = -1;  // of a worker: the descriptor of the resource tracker, or -1
};

// `arguments` are those of main. Python's lines are the interpreter's flags, "-c", a line of code
// that imports from multiprocessing and, for a worker, "--multiprocessing-fork".
//
// kUnimplemented: such a line of code as Python 3.6 to 3.14 do not write. The message names it.
absl::StatusOr<Launch> ReadLaunch(const std::vector<std::string>& arguments);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_LAUNCH_H_
