// instructions: runs the cases whose instructions instructions.py counts, each in a separate
// function, so that callgrind can distinguish them. Prints for each: slot, contender, backend,
// workload, operations.

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/strings/str_format.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/contenders/own.h"
#include "someos/tools/bench/contenders/peers.h"
#include "someos/tools/bench/mapping/contenders/own.h"
#include "someos/tools/bench/plan.h"

namespace someos::bench {
namespace {

constexpr size_t kSlots = 320;
using SlotFunction = void (*)(Case&, int64_t);

template <size_t kSlot>
ABSL_ATTRIBUTE_NOINLINE void Slot(Case& subject, int64_t rounds) {
  subject.Run(rounds);
  asm volatile("");  // prevents a tail call, which is not counted as a call
}

template <size_t... kIndices>
constexpr std::array<SlotFunction, kSlots> AllSlots(std::index_sequence<kIndices...>) {
  return {Slot<kIndices>...};
}

const Planned kCases[] = {
    {Workload::kWaitNone, {1}},    {Workload::kWaitOne, {1}}, {Workload::kWaitTimed, {1}},
    {Workload::kWaitPending, {1}}, {Workload::kLoopOne, {1}}, {Workload::kWaitMany, {450, 450}},
    {Workload::kRegister, {1}},    {Workload::kModify, {1}},  {Workload::kWatch, {1}},
    {Workload::kRewatch, {1}},
};

// Of mappings, all but scans, which are the benchmark's own instructions, and losses, whose number
// of instructions varies.
std::vector<Planned> MappingCases() {
  std::vector<Planned> cases;
  for (const Planned& planned : MappingPlan(/*brief=*/true)) {
    switch (planned.workload) {
      case Workload::kReadByte:
      case Workload::kReadWritable:
      case Workload::kFind:
      case Workload::kRfind:
      case Workload::kResize:
        cases.push_back(planned);
        break;
      default:
        break;
    }
  }
  return cases;
}

void RunAll(const std::vector<Contender>& contenders) {
  constexpr std::array<SlotFunction, kSlots> kAll = AllSlots(std::make_index_sequence<kSlots>());
  const std::vector<Planned> poller_cases(std::begin(kCases), std::end(kCases));
  const std::vector<Planned> mapping_cases = MappingCases();
  size_t slot = 0;
  for (const Contender& contender : contenders) {
    const bool is_poller = contender.maps == nullptr;
    for (const Planned& planned : is_poller ? poller_cases : mapping_cases) {
      const std::unique_ptr<Case> subject =
          contender.make(contender.implementation, planned.workload, planned.parameters);
      if (subject == nullptr) continue;
      const int64_t operations = subject->operations_per_round();
      const int64_t rounds = operations > 1 ? 20 : 2000;
      subject->Run(is_poller ? 200 : 2);  // warm-up: lazy linking, growth of containers
      kAll.at(slot)(*subject, rounds);
      absl::PrintF("%d\t%s\t%s\t%s\t%d\n", slot++, contender.name, contender.backend,
                   Title(planned), rounds * operations);
    }
  }
}

}  // namespace
}  // namespace someos::bench

int main() {
  // The identity of an eventfd is read from a procfs file, whose length varies.
  someos::bench::UsePipes();
  std::vector<someos::bench::Contender> contenders = someos::bench::OwnContenders();
  for (const someos::bench::Contender& peer : someos::bench::PeerContenders()) {
    contenders.push_back(peer);
  }
  for (const someos::bench::Contender& mapping : someos::bench::OwnMappingContenders()) {
    contenders.push_back(mapping);
  }
  someos::bench::RunAll(contenders);
  return 0;
}
