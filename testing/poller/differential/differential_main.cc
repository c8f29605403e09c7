// Long runs of the differential test, and runs of one given sequence; see README.md.

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "someos/api/backend.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/poller/differential/run.h"

ABSL_FLAG(std::string, run, "", "a sequence to run on each backend, step by step");
ABSL_FLAG(std::string, backend, "", "run on this backend alone");
ABSL_FLAG(int64_t, sequences, 10000, "how many random sequences to run on each backend");
ABSL_FLAG(int, seconds, 0, "run random sequences for so long instead");
ABSL_FLAG(int, length, 40, "of a random sequence, in operations");
ABSL_FLAG(uint64_t, seed, 1, "of the first random sequence; those after it count on from here");
ABSL_FLAG(int, findings, 1, "end after so many differences on a backend");

namespace someos::differential {
namespace {

std::vector<const Backend*> ChosenBackends() {
  const std::string name = absl::GetFlag(FLAGS_backend);
  std::vector<const Backend*> chosen;
  for (const Backend* backend : AllBackends()) {
    if (name.empty() || backend->name == name) chosen.push_back(backend);
  }
  return chosen;
}

// Prints what each operation did on each backend, and returns whether they all keep the contract.
bool RunSideBySide(const Sequence& sequence) {
  constexpr int kWidth = 34;
  const std::vector<const Backend*> backends = ChosenBackends();
  std::vector<std::vector<std::string>> outcomes(backends.size());
  std::vector<std::optional<Difference>> differences;
  std::cout << absl::StrFormat("%-*s", kWidth, "");
  for (size_t i = 0; i < backends.size(); ++i) {
    differences.push_back(RunSequence(*backends[i], sequence, {absl::Seconds(10), &outcomes[i]}));
    std::cout << absl::StrFormat("  %-*s", kWidth, backends[i]->implementation);
  }
  std::cout << "\n";
  for (size_t row = 0; row < sequence.size(); ++row) {
    std::cout << absl::StrFormat("%-*s", kWidth, ToText(sequence[row]));
    for (const std::vector<std::string>& column : outcomes) {
      std::cout << absl::StrFormat("  %-*s", kWidth, row < column.size() ? column[row] : "");
    }
    std::cout << "\n";
  }
  bool kept = true;
  for (size_t i = 0; i < backends.size(); ++i) {
    if (!differences[i].has_value()) continue;
    std::cout << backends[i]->implementation << ": " << differences[i]->sentence << "\n";
    kept = false;
  }
  return kept;
}

bool RunRandomSequences() {
  const std::vector<const Backend*> backends = ChosenBackends();
  const int seconds = absl::GetFlag(FLAGS_seconds);
  const int64_t limit = seconds > 0 ? INT64_MAX : absl::GetFlag(FLAGS_sequences);
  const absl::Duration end = MonotonicNow() + absl::Seconds(seconds);
  std::vector<int> found(backends.size());
  int64_t ran = 0;
  bool kept = true;
  for (; ran < limit && (seconds == 0 || MonotonicNow() < end); ++ran) {
    const uint64_t seed = absl::GetFlag(FLAGS_seed) + static_cast<uint64_t>(ran);
    const Sequence sequence = RandomSequence(seed, absl::GetFlag(FLAGS_length));
    for (size_t i = 0; i < backends.size(); ++i) {
      if (found[i] >= absl::GetFlag(FLAGS_findings)) continue;
      const std::optional<Finding> finding = FindDifference(*backends[i], sequence);
      if (!finding.has_value()) continue;
      std::cout << "seed " << seed << ": " << Describe(*backends[i], *finding) << std::flush;
      ++found[i];
      kept = false;
    }
  }
  for (const Backend* backend : backends) {
    std::cout << backend->implementation << ": " << ran << " sequences\n";
  }
  return kept;
}

int Main() {
  const std::string text = absl::GetFlag(FLAGS_run);
  if (text.empty()) return RunRandomSequences() ? 0 : 1;
  const absl::StatusOr<Sequence> sequence = ParseSequence(text);
  if (!sequence.ok()) {
    std::cerr << sequence.status().message() << "\n";
    return 2;
  }
  return RunSideBySide(*sequence) ? 0 : 1;
}

}  // namespace
}  // namespace someos::differential

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("compares all backends with a model of their contract");
  absl::ParseCommandLine(argc, argv);
  return someos::differential::Main();
}
