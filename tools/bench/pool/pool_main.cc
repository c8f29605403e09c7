// Compares pools with CPython's multiprocessing.Pool, that of the `python3` in PATH.
//
//   pool [ROUNDS [map|apply [CONTENDER]]]
//
// Prints, for each contender, nanoseconds of a task, a call of abs(), and the ratio to CPython's:
// "map" of many, each a chunk of its own, and "apply" of one after the other. All have two workers.
// The best of the rounds, in which all take turns.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/pool.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_spawn/spawn_program.h"
#include "someos/tools/bench/threading/compare.h"

namespace someos {
namespace {

using multiprocessing::Connection;
using multiprocessing::Pool;
using multiprocessing::PyValue;

constexpr int kTasks = 200;
constexpr int kWorkers = 2;

// Measures what it is asked for: (workload, number of tasks).
constexpr char kPython[] = R"python(
import multiprocessing, sys, time
from multiprocessing.connection import Connection

def map_tasks(pool, tasks):
    pool.map(abs, range(tasks), 1)

def apply_tasks(pool, tasks):
    for task in range(tasks):
        pool.apply(abs, (task,))

link = Connection(int(sys.argv[1]))
pool = multiprocessing.get_context('fork').Pool(int(sys.argv[2]))
try:
    while True:
        workload, tasks = link.recv()
        start = time.perf_counter()
        {'map': map_tasks, 'apply': apply_tasks}[workload](pool, tasks)
        link.send((time.perf_counter() - start) / tasks * 1e9)
except EOFError:
    pool.terminate()
)python";

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << "\n";
    std::abort();
  }
  return *std::move(value);
}

class PythonsPool {
 public:
  PythonsPool() {
    std::pair<Connection, Connection> ends = Must(multiprocessing::Pipe());
    multiprocessing::ProgramOptions program;
    program.path = "python3";
    program.arguments = {"python3", "-c", kPython,
                         absl::StrCat(multiprocessing::kFirstChildDescriptor),
                         absl::StrCat(kWorkers)};
    program.descriptors = {Must(ends.second.fileno())};
    child_ = Must(multiprocessing::SpawnProgram(program));
    link_ = std::make_unique<Connection>(std::move(ends.first));
  }
  ~PythonsPool() {
    link_->Close();
    (void)child_->Wait();
  }

  double Nanoseconds(const std::string& workload) {
    if (!link_->Send(PyValue::Tuple({PyValue::Str(workload), PyValue(kTasks)})).ok()) std::abort();
    return Must(Must(link_->Receive()).AsFloat());
  }

 private:
  std::unique_ptr<multiprocessing::Child> child_;
  std::unique_ptr<Connection> link_;
};

std::unique_ptr<Pool> MakePool(const std::string& python) {
  multiprocessing::PoolOptions options;
  options.processes = kWorkers;
  options.python = python;
  return Must(Pool::Create(options));
}

struct Pools {
  PythonsPool pythons;
  std::unique_ptr<Pool> of_copies = MakePool("");
  std::unique_ptr<Pool> of_python = MakePool("python3");
};
std::unique_ptr<Pools> pools;

double Map(Pool& pool) {
  std::vector<PyValue> items;
  items.reserve(kTasks);
  const double start = Now();
  for (int i = 0; i < kTasks; ++i) items.push_back(PyValue(i));
  (void)Must(pool.Map("abs", std::move(items), 1));
  return (Now() - start) / kTasks;
}

double Apply(Pool& pool) {
  const double start = Now();
  for (int i = 0; i < kTasks; ++i) (void)Must(pool.Apply("abs", {PyValue(i)}));
  return (Now() - start) / kTasks;
}

void Run(const Choice& choice) {
  pools = std::make_unique<Pools>();
  Compare(choice, "map",
          {{"CPython", [] { return pools->pythons.Nanoseconds("map"); }},
           {"copies of the program", [] { return Map(*pools->of_copies); }},
           {"Python under C++", [] { return Map(*pools->of_python); }}});
  Compare(choice, "apply",
          {{"CPython", [] { return pools->pythons.Nanoseconds("apply"); }},
           {"copies of the program", [] { return Apply(*pools->of_copies); }},
           {"Python under C++", [] { return Apply(*pools->of_python); }}});
  pools.reset();
}

absl::StatusOr<PyValue> Abs(const multiprocessing::Arguments& arguments) {
  const absl::StatusOr<int64_t> number = arguments.positional().front().AsInt();
  if (!number.ok()) return number.status();
  return PyValue(*number < 0 ? -*number : *number);
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) {
  someos::multiprocessing::NamedFunctions functions;
  functions.Register("abs", someos::Abs);
  someos::multiprocessing::RunAsPoolWorker(argc, argv, functions);
  someos::Run(someos::ParseChoice(argc, argv));
}
