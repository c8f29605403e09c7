#include "someos/tools/bench/plan.h"

#include <initializer_list>

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
    plan.push_back({Workload::kRegister, {fds}});
    plan.push_back({Workload::kWatch, {fds}});
    plan.push_back({Workload::kModify, {fds}});
    plan.push_back({Workload::kRewatch, {fds}});
  }
  plan.push_back({Workload::kWaitMany, {many, many}});
  plan.push_back({Workload::kBatch, {many}});
  plan.push_back({Workload::kWake, {1}});
  return plan;
}

std::vector<Planned> Matrix(int max_fds, bool brief) {
  std::vector<Planned> plan;
  // The last size is the maximum of this system, rounded down to two digits.
  int last = max_fds;
  for (int digit = 1; digit <= max_fds / 10; digit *= 10) last = max_fds / digit * digit;
  std::vector<int> sizes = {10, 30, 100, 300, 1000, 3000, 10000, 30000};
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

bool IsScaling(const Planned& planned) {
  return planned.workload == Workload::kPass && planned.parameters.active == 1;
}

}  // namespace someos::bench
