// Creates the case of any workload on a contender.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_MAKE_CASE_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_MAKE_CASE_H_

#include <memory>
#include <string>
#include <utility>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/batch.h"
#include "someos/tools/bench/workloads/heap.h"
#include "someos/tools/bench/workloads/modify.h"
#include "someos/tools/bench/workloads/pass.h"
#include "someos/tools/bench/workloads/register.h"
#include "someos/tools/bench/workloads/rewatch.h"
#include "someos/tools/bench/workloads/wait_none.h"
#include "someos/tools/bench/workloads/wait_ready.h"
#include "someos/tools/bench/workloads/wait_timed.h"
#include "someos/tools/bench/workloads/wake.h"
#include "someos/tools/bench/workloads/watch.h"

namespace someos::bench {

template <template <typename> class C>
std::unique_ptr<Case> MakeCase(const Backend* backend, Workload workload,
                               const Parameters& parameters) {
  switch (workload) {
    case Workload::kWaitNone:
      return std::make_unique<WaitNone<C>>(backend, parameters);
    case Workload::kWaitOne:
    case Workload::kWaitMany:
      return std::make_unique<WaitReady<C>>(backend, parameters);
    case Workload::kWaitTimed:
      if constexpr (C<Touch>::kTimes) return std::make_unique<WaitTimed<C>>(backend, parameters);
      return nullptr;
    case Workload::kRegister:
      return std::make_unique<RegisterUnregister<C>>(backend, parameters);
    case Workload::kWatch:
      return std::make_unique<Watch<C>>(backend, parameters);
    case Workload::kModify:
      return std::make_unique<Modify<C>>(backend, parameters);
    case Workload::kRewatch:
      return std::make_unique<Rewatch<C>>(backend, parameters);
    case Workload::kBatch:
      return std::make_unique<Batch<C>>(backend, parameters);
    case Workload::kWake:
      return std::make_unique<Wake<C>>(backend, parameters);
    case Workload::kPass:
      return std::make_unique<Pass<C>>(backend, parameters);
    default:  // of mappings
      return nullptr;
  }
}

template <template <typename> class C>
Contender MakeContender(std::string name, std::string backend, std::string version, int max_fds,
                        const Backend* implementation = nullptr) {
  return {std::move(name), std::move(backend), std::move(version), max_fds,
          MakeCase<C>,     HeapBytesPerFd<C>,  implementation,     C<Touch>::kTimes};
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_MAKE_CASE_H_
