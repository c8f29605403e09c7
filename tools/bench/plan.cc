#include "someos/tools/bench/plan.h"

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace someos::bench {
namespace {

constexpr int kWrites = 100;  // in rounds of the matrix with writes

// With few registered descriptors, and with many.
std::vector<Planned> Calls(int many) {
  std::vector<Planned> plan;
  for (const int fds : {1, many}) {
    plan.push_back({Workload::kWaitNone, {fds}});
    plan.push_back({Workload::kWaitOne, {fds}});
    plan.push_back({Workload::kWaitTimed, {fds}});
    plan.push_back({Workload::kWaitPending, {fds}});
    plan.push_back({Workload::kLoopOne, {fds}});
    plan.push_back({Workload::kRegister, {fds}});
    plan.push_back({Workload::kWatch, {fds}});
    plan.push_back({Workload::kModify, {fds}});
    plan.push_back({Workload::kRewatch, {fds}});
  }
  plan.push_back({Workload::kWaitMany, {many, many}});
  plan.push_back({Workload::kLoopMany, {many, many}});
  plan.push_back({Workload::kBatch, {many}});
  plan.push_back({Workload::kBatchAndWait, {many}});
  for (const int fds : {1, many}) {
    plan.push_back({Workload::kWake, {fds}});
    plan.push_back({Workload::kWakeByFd, {fds}});
  }
  for (const Workload workload : {Workload::kWakeLatency, Workload::kWakeOften,
                                  Workload::kRegisterShared, Workload::kRearm, Workload::kAccept}) {
    plan.push_back({workload, {1}});
  }
  return plan;
}

std::vector<Planned> Matrix(int max_fds, bool brief) {
  std::vector<Planned> plan;
  // The last size is the maximum of this system, rounded down to two digits.
  int last = max_fds;
  for (int digit = 1; digit <= max_fds / 10; digit *= 10) last = max_fds / digit * digit;
  std::vector<int> sizes = {10, 30, 100, 300, 1000, 3000, 10000, 30000, kMostFds};
  while (!sizes.empty() && sizes.back() > max_fds) sizes.pop_back();
  if (sizes.empty() || last > sizes.back()) sizes.push_back(last);
  for (const int fds : sizes) {
    for (const int active : {1, 100, 1000}) {
      if (active > fds || (brief && fds > 100)) continue;
      plan.push_back({Workload::kPass, {fds, active, kWrites}});
      if (active > 1) plan.push_back({Workload::kPass, {fds, active, 0}});
    }
  }
  return plan;
}

}  // namespace

std::vector<Planned> Plan(int max_fds, bool brief) {
  std::vector<Planned> plan = Calls(brief ? 10 : 1000);
  for (const Planned& planned : Matrix(max_fds, brief)) plan.push_back(planned);
  return plan;
}

std::vector<Planned> MappingPlan(bool brief) {
  Parameters parameters;
  parameters.fds = 0;
  parameters.active = 0;
  parameters.bytes = size_t{1} << (brief ? 20 : 26);
  std::vector<Planned> plan;
  for (const Workload workload :
       {Workload::kMapAndScan, Workload::kScan, Workload::kRandomReads, Workload::kReadByte,
        Workload::kReadWritable, Workload::kResize, Workload::kRecover}) {
    plan.push_back({workload, parameters});
  }
  for (const Workload workload : {Workload::kFind, Workload::kRfind}) {
    for (const int needle : {2, 8, 16, 43}) {
      parameters.needle = static_cast<size_t>(needle);
      plan.push_back({workload, parameters});
    }
  }
  return plan;
}

std::string Title(const Planned& planned) {
  const std::string name(WorkloadName(planned.workload));
  const size_t needle = planned.parameters.needle;
  return needle == 0 ? name : absl::StrCat(name, " of ", needle, " bytes");
}

bool IsScaling(const Planned& planned) {
  return planned.workload == Workload::kPass && planned.parameters.active == 1;
}

}  // namespace someos::bench
