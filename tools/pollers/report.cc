#include "someos/tools/pollers/report.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"

namespace someos {
namespace {

// The cells of each row; the first cell of a row is its heading.
using Table = std::vector<std::vector<std::string>>;

std::string Format(const Table& table) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : table) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const std::vector<std::string>& row : table) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppendFormat(&line, "%-*s", static_cast<int>(widths[i] + 2), row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

absl::string_view YesNo(bool yes) { return yes ? "yes" : "no"; }

// One backend's column, in the order of kHeadings.
constexpr absl::string_view kHeadings[] = {
    "",
    "implementation",
    "this kernel has it",
    "edge-triggered",
    "exclusive registrations",
    "reports hang-ups and errors",
    "waits for errors alone",
    "nestable in another loop",
    "reports half-closed peers",
    "reports priority data",
    "reports closed descriptors",
    "finest timeout",
};

std::vector<std::string> Column(const Backend& backend) {
  std::vector<std::string> column = {std::string(backend.name),
                                     std::string(backend.implementation)};
  const absl::StatusOr<std::unique_ptr<Poller>> poller = backend.create({});
  column.emplace_back(YesNo(poller.ok()));
  if (!poller.ok()) return column;
  const Capabilities can = (*poller)->capabilities();
  for (const bool capability : {can.edge, can.exclusive, can.hangup, can.errors_alone, can.nestable,
                                can.read_hangup, can.priority, can.invalid}) {
    column.emplace_back(YesNo(capability));
  }
  column.push_back(absl::FormatDuration(can.timeout_resolution));
  return column;
}

Table Transposed(const std::vector<std::vector<std::string>>& columns) {
  Table table;
  for (size_t row = 0; row < std::size(kHeadings); ++row) {
    table.push_back({std::string(kHeadings[row])});
    for (const std::vector<std::string>& column : columns) {
      table.back().push_back(row < column.size() ? column[row] : "-");
    }
  }
  return table;
}

std::string Why(DefaultReason reason) {
  switch (reason) {
    case DefaultReason::kBuild:
      return absl::StrCat("the first choice of this build; ", kPollerVariable, " is not set");
    case DefaultReason::kEnvironment:
      return absl::StrCat(kPollerVariable, " names it");
  }
  return "for a reason unknown";
}

// A sentence about a backend: why it is not available, or its limits.
std::string Limits(const Backend& backend) {
  const absl::StatusOr<std::unique_ptr<Poller>> poller = backend.create({});
  return poller.ok() ? backend.limits()
                     : absl::StrCat("not available: ", poller.status().message());
}

}  // namespace

std::string PollersReport(absl::Span<const Backend* const> backends,
                          const DefaultChoice& default_choice) {
  std::vector<std::vector<std::string>> columns;
  Table limits;
  for (const Backend* backend : backends) {
    columns.push_back(Column(*backend));
    limits.push_back({std::string(backend->name), Limits(*backend)});
  }
  const std::string linked = absl::StrJoin(
      backends, ", ",
      [](std::string* out, const Backend* backend) { absl::StrAppend(out, backend->name); });
  return absl::StrCat("linked:  ", linked, "\ndefault: ", default_choice.backend->name, " (",
                      Why(default_choice.reason), ")\n\n", Format(Transposed(columns)), "\n",
                      Format(limits));
}

}  // namespace someos
