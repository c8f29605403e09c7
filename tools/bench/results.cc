#include "someos/tools/bench/results.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace someos::bench {
namespace {

// The value below which `fraction` of the values lie, with linear interpolation.
double Quantile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

bool SameCase(const Planned& a, const Planned& b) {
  return a.workload == b.workload && a.parameters.fds == b.parameters.fds &&
         a.parameters.active == b.parameters.active && a.parameters.writes == b.parameters.writes &&
         a.parameters.needle == b.parameters.needle;
}

const Result* FindRaw(absl::Span<const Result> results, const Result& result) {
  for (const Result& other : results) {
    if (other.contender == "raw" && other.backend == result.backend &&
        SameCase(other.planned, result.planned)) {
      return &other;
    }
  }
  return nullptr;
}

std::string Ratio(absl::Span<const Result> results, const Result& result) {
  const Result* raw = FindRaw(results, result);
  if (raw == nullptr || raw->Median() <= 0) return "-";
  return absl::StrFormat("%.3f", result.Median() / raw->Median());
}

}  // namespace

double Result::Median() const { return Quantile(rounds, 0.5); }
double Result::LowerQuartile() const { return Quantile(rounds, 0.25); }
double Result::UpperQuartile() const { return Quantile(rounds, 0.75); }

std::string Table(absl::Span<const Result> results) {
  std::string table =
      absl::StrFormat("%-36s %6s %6s %6s  %-7s %-19s %12s %9s  %s\n", "workload", "fds", "active",
                      "writes", "backend", "contender", "ns/operation", "to raw", "quartiles");
  for (const Result& result : results) {
    const Parameters& parameters = result.planned.parameters;
    absl::StrAppendFormat(&table, "%-36s %6d %6d %6d  %-7s %-19s %12.1f %9s  %.1f..%.1f\n",
                          Title(result.planned), parameters.fds, parameters.active,
                          parameters.writes, result.backend, result.contender, result.Median(),
                          Ratio(results, result), result.LowerQuartile(), result.UpperQuartile());
  }
  return table;
}

}  // namespace someos::bench
