// How fast thread_stepped runs schedules: scheduling points per second, and all schedules of two
// threads of eight steps. On one processor, where a switch between threads costs least:
//
//   taskset -c 1 bazel-bin/tools/bench/threading/stepped

#include <algorithm>
#include <iostream>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/backends/thread_stepped/thread_stepped.h"
#include "someos/tools/bench/threading/compare.h"

namespace someos {
namespace {

using thread_stepped::Atomic;
using thread_stepped::Exploration;
using thread_stepped::ExploreOptions;
using thread_stepped::Order;
using Thread = thread_stepped::Threads::Thread;

template <int kSteps>
void TwoThreads() {
  Atomic<int> number = 0;
  const auto work = [&] {
    for (int i = 0; i < kSteps; ++i) ++number;
  };
  Thread one(work);
  Thread two(work);
  if (!one.Start().ok() || !two.Start().ok()) thread_stepped::Fail("not started");
}

void Measure(const std::string& title, void (*body)(), const ExploreOptions& options) {
  double best = std::numeric_limits<double>::infinity();
  Exploration exploration;
  for (int round = 0; round < 5; ++round) {
    const double start = Now();
    const absl::Status status = thread_stepped::Explore(body, options, &exploration);
    best = std::min(best, (Now() - start) / 1e9);
    if (!status.ok()) return;
  }
  std::cout << absl::StreamFormat("%-36s %8d schedules  %9d steps  %7.3f s  %9.0f steps/s\n", title,
                                  exploration.schedules, exploration.steps, best,
                                  static_cast<double>(exploration.steps) / best);
}

void Run() {
  ExploreOptions options;
  options.schedules = 20;
  Measure("two threads of 2,000 steps, mixed", TwoThreads<2000>, options);
  options.order = Order::kRandom;
  Measure("two threads of 2,000 steps, random", TwoThreads<2000>, options);
  options = {};
  Measure("two threads of 8 steps, mixed", TwoThreads<8>, options);
  options.order = Order::kExhaustive;
  Measure("two threads of 8 steps, all", TwoThreads<8>, options);
}

}  // namespace
}  // namespace someos

int main() { someos::Run(); }
