// Creates the case of any workload on a contender.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_MAKE_CASE_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_MAKE_CASE_H_

#include <memory>
#include <string>
#include <utility>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/accept.h"
#include "someos/tools/bench/workloads/batch.h"
#include "someos/tools/bench/workloads/heap.h"
#include "someos/tools/bench/workloads/modify.h"
#include "someos/tools/bench/workloads/own_loop.h"
#include "someos/tools/bench/workloads/pass.h"
#include "someos/tools/bench/workloads/rearm.h"
#include "someos/tools/bench/workloads/register.h"
#include "someos/tools/bench/workloads/register_shared.h"
#include "someos/tools/bench/workloads/rewatch.h"
#include "someos/tools/bench/workloads/wait_none.h"
#include "someos/tools/bench/workloads/wait_pending.h"
#include "someos/tools/bench/workloads/wait_ready.h"
#include "someos/tools/bench/workloads/wait_timed.h"
#include "someos/tools/bench/workloads/wake.h"
#include "someos/tools/bench/workloads/wake_often.h"
#include "someos/tools/bench/workloads/watch.h"

namespace someos::bench {

template <template <typename> class C>
constexpr bool Supports(Workload workload) {
  switch (workload) {
    case Workload::kWaitTimed:
    case Workload::kWaitPending:
      return C<Touch>::kTimes;
    case Workload::kWakeOften:
      return C<Touch>::kWakes;
    case Workload::kRegisterShared:
    case Workload::kRearm:
      return C<Touch>::kShares;
    default:
      return true;
  }
}

// The cases with a second thread.
template <template <typename> class C>
std::unique_ptr<Case> MakeThreadedCase(const Backend* backend, Workload workload,
                                       const Parameters& parameters) {
  switch (workload) {
    case Workload::kWake:
    case Workload::kWakeLatency:
      return std::make_unique<Wake<C, false>>(backend, parameters);
    case Workload::kWakeByFd:
      return std::make_unique<Wake<C, true>>(backend, parameters);
    case Workload::kWakeOften:
      return std::make_unique<WakeOften<C>>(backend, parameters);
    case Workload::kAccept:
      return std::make_unique<Accept<C>>(backend, parameters);
    default:
      break;
  }
  if constexpr (C<Touch>::kShares) {
    if (workload == Workload::kRegisterShared) {
      return std::make_unique<RegisterShared<C>>(backend, parameters);
    }
    if (workload == Workload::kRearm) return std::make_unique<Rearm<C>>(backend, parameters);
  }
  return nullptr;
}

template <template <typename> class C>
std::unique_ptr<Case> MakeCase(const Backend* backend, Workload workload,
                               const Parameters& parameters) {
  if (!Supports<C>(workload)) return nullptr;
  if constexpr (C<Touch>::kTimes) {
    if (workload == Workload::kWaitTimed) {
      return std::make_unique<WaitTimed<C>>(backend, parameters);
    }
    if (workload == Workload::kWaitPending) {
      return std::make_unique<WaitPending<C>>(backend, parameters);
    }
  }
  switch (workload) {
    case Workload::kWaitNone:
      return std::make_unique<WaitNone<C>>(backend, parameters);
    case Workload::kWaitOne:
    case Workload::kWaitMany:
      return std::make_unique<WaitReady<C>>(backend, parameters);
    case Workload::kLoopOne:
    case Workload::kLoopMany:
      return std::make_unique<OwnLoop<C>>(backend, parameters);
    case Workload::kRegister:
      return std::make_unique<RegisterUnregister<C>>(backend, parameters);
    case Workload::kWatch:
      return std::make_unique<Watch<C>>(backend, parameters);
    case Workload::kModify:
      return std::make_unique<Modify<C>>(backend, parameters);
    case Workload::kRewatch:
      return std::make_unique<Rewatch<C>>(backend, parameters);
    case Workload::kBatch:
      return std::make_unique<Batch<C, false>>(backend, parameters);
    case Workload::kBatchAndWait:
      return std::make_unique<Batch<C, true>>(backend, parameters);
    case Workload::kPass:
      return std::make_unique<Pass<C>>(backend, parameters);
    default:
      return MakeThreadedCase<C>(backend, workload, parameters);
  }
}

template <template <typename> class C>
Contender MakeContender(std::string name, std::string backend, std::string version, int max_fds,
                        const Backend* implementation = nullptr) {
  return {std::move(name), std::move(backend), std::move(version), max_fds,
          MakeCase<C>,     HeapBytesPerFd<C>,  implementation,     Supports<C>};
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_MAKE_CASE_H_
