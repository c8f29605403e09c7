// Compares pickling and unpickling with CPython's C implementation, in turn.
//
//   pickle [--rounds=N] [--brief] [--only=WORKLOAD/OPERATION]
//
// Prints a line per workload and operation: processor time, and the median of the ratios within a
// round. With --only=ints/unpickle, does that alone for a second and prints how often, for a
// profiler.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/shell_command.h"
#include "someos/tools/bench/machine.h"

namespace someos::bench {
namespace {

using multiprocessing::PickleDialect;
using multiprocessing::PyValue;

constexpr const char* kWorkloads[] = {"message", "records", "ints", "dicts"};

double ProcessorNanoseconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void Require(bool condition, absl::string_view what) {
  if (condition) return;
  std::cerr << what << "\n";
  std::exit(1);
}

// As cpython.py does it.
double Nanoseconds(const std::function<void()>& work, double budget) {
  double best = std::numeric_limits<double>::infinity();
  double spent = 0;
  for (int calls = 1; best == std::numeric_limits<double>::infinity() || spent < budget;) {
    const double start = ProcessorNanoseconds();
    for (int i = 0; i < calls; ++i) work();
    const double took = ProcessorNanoseconds() - start;
    spent += took;
    if (took < 1e6 && spent < budget) {
      calls *= 2;
      continue;
    }
    best = std::min(best, took / calls);
  }
  return best;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A value, and what can be done with it.
struct Workload {
  explicit Workload(const Interpreter& python, const char* workload) : name(workload) {
    const CommandResult dumped = RunShellCommand(
        absl::StrCat(python.command, " ", std::getenv("CPYTHON"), " dump ", workload));
    Require(dumped.exit_status == 0, "cpython.py has failed");
    pickle = dumped.output;
    absl::StatusOr<PyValue> read = multiprocessing::Unpickle(pickle);
    Require(read.ok(), read.status().message());
    value = *read;
  }
  void Unpickle() const { Require(multiprocessing::Unpickle(pickle).ok(), "unpickle"); }
  void Pickle(PickleDialect dialect) const {
    Require(multiprocessing::Pickle(value, {dialect}).ok(), "pickle");
  }

  const char* name;
  std::string pickle;
  PyValue value;
};

struct Operation {
  const char* name;
  std::function<void(const Workload&)> work;
  int place;  // in what cpython.py prints
  std::vector<double> own = {};
  std::vector<double> cpython = {};
  std::vector<double> ratios = {};
};

std::vector<Operation> Operations() {
  return {
      {"pickle", [](const Workload& w) { w.Pickle(PickleDialect::kPython3); }, 0},
      {"pickle for all", [](const Workload& w) { w.Pickle(PickleDialect::kAll); }, 0},
      {"unpickle", [](const Workload& w) { w.Unpickle(); }, 1},
  };
}

void Compare(const Interpreter& python, const Workload& workload, int rounds, bool brief) {
  std::vector<Operation> operations = Operations();
  for (int round = 0; round < rounds; ++round) {
    const std::string printed = PythonPrints(
        python,
        absl::StrCat(std::getenv("CPYTHON"), " time ", workload.name, brief ? " brief" : " long"));
    const std::vector<std::string> fields = absl::StrSplit(absl::StripSuffix(printed, "\n"), ' ');
    double theirs[2];
    Require(fields.size() == 2 && absl::SimpleAtod(fields[0], &theirs[0]) &&
                absl::SimpleAtod(fields[1], &theirs[1]),
            printed);
    for (Operation& operation : operations) {
      operation.own.push_back(
          Nanoseconds([&] { operation.work(workload); }, brief ? 1 : 100'000'000));
      operation.cpython.push_back(theirs[operation.place]);
      operation.ratios.push_back(operation.cpython.back() / operation.own.back());
    }
  }
  for (const Operation& operation : operations) {
    std::cout << absl::StrFormat("%-10s %-16s %12.1f us %12.1f us %8.2f times\n", workload.name,
                                 operation.name, Median(operation.own) / 1000,
                                 Median(operation.cpython) / 1000, Median(operation.ratios));
  }
}

void RunOnly(const Interpreter& python, absl::string_view only) {
  const std::vector<std::string> words = absl::StrSplit(only, '/');
  for (const char* name : kWorkloads) {
    if (words[0] != name) continue;
    const Workload workload(python, name);
    for (const Operation& operation : Operations()) {
      if (words.back() != operation.name) continue;
      size_t count = 0;
      const double start = ProcessorNanoseconds();
      for (; ProcessorNanoseconds() - start < 1e9; ++count) operation.work(workload);
      std::cout << count << "\n";
    }
  }
}

int Main(int argc, char** argv) {
  int rounds = 9;
  bool brief = false;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    absl::string_view argument = argv[i];
    if (argument == "--brief") {
      brief = true;
      rounds = 1;
    } else if (absl::ConsumePrefix(&argument, "--rounds=")) {
      Require(absl::SimpleAtoi(argument, &rounds) && rounds > 0, "--rounds needs a number");
    } else if (absl::ConsumePrefix(&argument, "--only=")) {
      only = std::string(argument);
    } else {
      Require(false, absl::StrCat("what is ", argument, "?"));
    }
  }
  const Interpreter* python = nullptr;
  for (const Interpreter& each : Interpreters()) {
    if (python == nullptr || !each.AtLeast(3, 14)) python = &each;
  }
  if (python == nullptr || python->is_python2()) {
    std::cout << "no Python 3 runs here\n";
    return 0;
  }
  if (!only.empty()) {
    RunOnly(*python, only);
    return 0;
  }
  std::cout << Machine() << "\n"
            << absl::StrFormat("%-10s %-16s %15s %15s\n", "workload", "operation", "someos",
                               absl::StrCat("CPython ", python->version));
  for (const char* name : kWorkloads) Compare(*python, Workload(*python, name), rounds, brief);
  return 0;
}

}  // namespace
}  // namespace someos::bench

int main(int argc, char** argv) { return someos::bench::Main(argc, argv); }
