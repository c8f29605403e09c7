#include "someos/tools/bench/runner.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "benchmark/benchmark.h"
#include "someos/tools/bench/machine.h"
#include "someos/tools/bench/plan.h"
#include "someos/tools/bench/plot.h"
#include "someos/tools/bench/results.h"

namespace someos::bench {
namespace {

struct Options {
  bool brief = false;
  bool with_thread = false;
  std::string svg;
};

// Removes our own options from the command line.
Options TakeOptions(std::vector<char*>& arguments) {
  Options options;
  const auto is_ours = [&](absl::string_view argument) {
    constexpr absl::string_view kSvg = "--svg=";
    if (absl::StartsWith(argument, kSvg)) {
      options.svg = std::string(argument.substr(kSvg.size()));
      return true;
    }
    if (argument == "--brief") return options.brief = true;
    if (argument == "--with-thread") return options.with_thread = true;
    return false;
  };
  arguments.erase(std::remove_if(arguments.begin() + 1, arguments.end(), is_ours), arguments.end());
  return options;
}

// Rounds in random order, so that other activity of the machine affects all contenders equally.
std::vector<std::string> Defaults(const Options& options) {
  if (options.brief) return {"--benchmark_min_time=0.0001s"};
  return {"--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=9",
          "--benchmark_min_time=0.02s"};
}

// The results by the names of the benchmarks in Google Benchmark.
using Results = std::map<std::string, Result>;

std::string BenchmarkName(const Contender& contender, const Planned& planned) {
  const Parameters& parameters = planned.parameters;
  const std::string workload = absl::StrReplaceAll(Title(planned), {{", ", "_"}, {" ", "_"}});
  return absl::StrFormat("%s/%s/%s/fds:%d/active:%d/writes:%d", workload, contender.backend,
                         contender.name, parameters.fds, parameters.active, parameters.writes);
}

void Measure(benchmark::State& state, const Contender& contender, const Planned& planned) {
  const std::unique_ptr<Case> subject =
      contender.make(contender.implementation, planned.workload, planned.parameters);
  const int64_t operations = subject->operations_per_round();
  const int64_t rounds = std::max<int64_t>(1, 64 / operations);
  subject->Run(1);  // warm-up: allocations and lazy linking
  while (state.KeepRunningBatch(rounds * operations)) subject->Run(rounds);
}

// All that any of the contenders runs.
std::vector<Planned> PlanFor(absl::Span<const Contender> contenders, bool brief) {
  int max_fds = 0;
  bool mappings = false;
  for (const Contender& contender : contenders) {
    max_fds = std::max(max_fds, contender.max_fds);
    mappings = mappings || contender.maps != nullptr;
  }
  std::vector<Planned> plan;
  if (max_fds > 0) plan = Plan(max_fds, brief);
  if (!mappings) return plan;
  for (const Planned& planned : MappingPlan(brief)) plan.push_back(planned);
  return plan;
}

bool Runs(const Contender& contender, const Planned& planned) {
  if (contender.maps != nullptr) return contender.maps(planned.workload);
  // Each of two threads may have as many.
  const int fds = planned.parameters.fds * (IsThreaded(planned.workload) ? 2 : 1);
  if (planned.parameters.bytes != 0 || fds > contender.max_fds) return false;
  if (planned.workload == Workload::kPass) return !contender.variant;
  return contender.supports(planned.workload);
}

// Registers the benchmarks in the order of the tables: by workload, then in the order of the
// contenders. `order` receives their names.
void RegisterAll(absl::Span<const Contender> contenders, bool brief, bool threads, Results& results,
                 std::vector<std::string>& order) {
  for (const Planned& planned : PlanFor(contenders, brief)) {
    if (IsThreaded(planned.workload) != threads) continue;
    for (const Contender& contender : contenders) {
      if (!Runs(contender, planned)) continue;
      const std::string name = BenchmarkName(contender, planned);
      order.push_back(name);
      results[name] = {contender.name, contender.backend, planned, {}};
      auto* registered = benchmark::RegisterBenchmark(
          name.c_str(),
          [&contender, planned](benchmark::State& state) { Measure(state, contender, planned); });
      registered->Unit(benchmark::kNanosecond);
      if (threads) registered->MeasureProcessCPUTime();
    }
  }
}

// Collects the results of Google Benchmark, and prints only a dot for each as a progress indicator.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(Results& results) : results_(results) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const auto found = results_.find(run.run_name.function_name);
      if (found == results_.end()) continue;
      const bool elapsed = found->second.planned.workload == Workload::kWakeLatency;
      found->second.rounds.push_back(elapsed ? run.GetAdjustedRealTime()
                                             : run.GetAdjustedCPUTime());
    }
    fputc('.', stderr);
  }
  void Finalize() override { fputc('\n', stderr); }

 private:
  Results& results_;
};

// The cost of an event for each contender, by the number of descriptors.
Diagram Scaling(const std::vector<Result>& results) {
  Diagram diagram;
  diagram.title = "One of N descriptors active: processor time of an event";
  diagram.subtitle = Machine();
  diagram.x_label = "descriptors";
  diagram.y_label = "nanoseconds per event, with its read and write";
  std::map<std::string, size_t> colors;
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (const Result& result : results) {
    if (!IsScaling(result.planned)) continue;
    const bool own = result.contender == "someos" || result.contender == "raw";
    const auto key = std::make_pair(result.contender, result.backend);
    if (places.count(key) == 0) {
      const std::string family = own ? result.backend : result.contender;
      const size_t color = colors.emplace(family, colors.size()).first->second;
      places[key] = diagram.curves.size();
      const std::string name =
          own ? absl::StrCat(result.contender, " ", result.backend) : result.contender;
      diagram.curves.push_back({name, color, result.contender == "raw", {}});
    }
    diagram.curves[places[key]].points.emplace_back(result.planned.parameters.fds, result.Median());
  }
  return diagram;
}

void PrintHeap(absl::Span<const Contender> contenders) {
  puts("\nbytes of the heap per registered descriptor:");
  for (const Contender& contender : contenders) {
    if (contender.heap_bytes_per_fd == nullptr) continue;
    const int fds = std::min(10000, contender.max_fds);
    const std::optional<double> bytes = contender.heap_bytes_per_fd(contender.implementation, fds);
    const std::string text = bytes.has_value() ? absl::StrFormat("%.1f (of %d)", *bytes, fds)
                                               : "not reported by this system";
    absl::PrintF("%-7s %-9s %s\n", contender.backend, contender.name, text);
  }
}

void PrintHeading(absl::Span<const Contender> contenders, absl::Span<const std::string> notes) {
  puts(Machine().c_str());
  for (const Contender& contender : contenders) {
    if (contender.version.empty() || contender.name == "raw") continue;
    absl::PrintF("%s %s\n", contender.name, contender.version);
  }
  for (const std::string& note : notes) puts(note.c_str());
  int max_fds = 0;
  for (const Contender& contender : contenders) max_fds = std::max(max_fds, contender.max_fds);
  if (max_fds < kMostFds) {
    absl::PrintF(
        "skipped: more than %d of %d descriptors; the limit of open files allows no more\n",
        max_fds, kMostFds);
  }
}

}  // namespace

int RunBenchmarks(int argc, char** argv, absl::Span<const Contender> contenders,
                  absl::Span<const std::string> notes) {
  std::vector<char*> arguments(argv, argv + argc);
  const Options options = TakeOptions(arguments);
  std::vector<std::string> defaults = Defaults(options);
  for (size_t i = 0; i < defaults.size(); ++i) {
    arguments.insert(arguments.begin() + 1 + i, defaults[i].data());  // later options override
  }
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

  Results results;
  std::vector<std::string> order;
  PrintHeading(contenders, notes);
  if (options.with_thread) std::thread([] {}).join();
  // The benchmarks with threads are the last ones, because a C library may avoid atomic
  // instructions in a program that has never had a second thread.
  size_t run = 0;
  for (const bool threads : {false, true}) {
    RegisterAll(contenders, options.brief, threads, results, order);
    Collector collector(results);
    run += benchmark::RunSpecifiedBenchmarks(&collector);
    benchmark::ClearRegisteredBenchmarks();
  }
  if (run == 0) return 1;

  std::vector<Result> measured;
  for (const std::string& name : order) {
    if (!results[name].rounds.empty()) measured.push_back(results[name]);
  }
  fputs(Table(measured).c_str(), stdout);
  PrintHeap(contenders);
  if (options.svg.empty()) return 0;
  std::ofstream file(options.svg);
  file << Svg(Scaling(measured));
  file.close();
  if (file.good()) return 0;
  absl::FPrintF(stderr, "cannot write %s\n", options.svg);
  return 1;
}

}  // namespace someos::bench
