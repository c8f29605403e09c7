// Creates the case of any workload on a contender of mappings.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_MAKE_CASE_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_MAKE_CASE_H_

#include <memory>
#include <string>
#include <utility>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/workloads/find.h"
#include "someos/tools/bench/mapping/workloads/random_reads.h"
#include "someos/tools/bench/mapping/workloads/recover.h"
#include "someos/tools/bench/mapping/workloads/resize.h"
#include "someos/tools/bench/mapping/workloads/scan.h"

namespace someos::bench {

template <typename C>
bool Supports(Workload workload) {
  switch (workload) {
    case Workload::kMapAndScan:
    case Workload::kScan:
    case Workload::kRandomReads:
    case Workload::kReadByte:
    case Workload::kReadWritable:
      return C::kReads;
    case Workload::kFind:
    case Workload::kRfind:
      return C::kFinds;
    case Workload::kResize:
      return C::kResizes;
    case Workload::kRecover:
      return C::kRecovers;
    default:
      return false;
  }
}

template <typename C>
std::unique_ptr<Case> MakeMappingCase(const Backend*, Workload workload,
                                      const Parameters& parameters) {
  if constexpr (C::kReads) {
    if (workload == Workload::kMapAndScan) return std::make_unique<MapAndScan<C>>(parameters);
    if (workload == Workload::kScan) return std::make_unique<Scan<C>>(parameters);
    if (workload == Workload::kRandomReads) return std::make_unique<RandomReads<C>>(parameters);
    if (workload == Workload::kReadByte) return std::make_unique<ReadByte<C, false>>(parameters);
    if (workload == Workload::kReadWritable) return std::make_unique<ReadByte<C, true>>(parameters);
  }
  if constexpr (C::kFinds) {
    if (workload == Workload::kFind) return std::make_unique<Find<C, false>>(parameters);
    if (workload == Workload::kRfind) return std::make_unique<Find<C, true>>(parameters);
  }
  if constexpr (C::kResizes) {
    if (workload == Workload::kResize) return std::make_unique<Resize<C>>();
  }
  if constexpr (C::kRecovers) {
    if (workload == Workload::kRecover) return std::make_unique<Recover<C>>();
  }
  return nullptr;
}

template <typename C>
Contender MakeMappingContender(std::string name, std::string version = "") {
  Contender contender;
  contender.name = std::move(name);
  contender.backend = "mapping";
  contender.version = std::move(version);
  contender.make = MakeMappingCase<C>;
  contender.maps = Supports<C>;
  return contender;
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_MAKE_CASE_H_
