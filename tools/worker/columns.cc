#include "someos/tools/worker/columns.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace someos::worker {
namespace {

void Add(absl::string_view field, ColumnStatistics& column) {
  double number;
  if (!absl::SimpleAtod(field, &number)) {
    ++column.others;
    return;
  }
  column.least = column.numbers == 0 ? number : std::min(column.least, number);
  column.greatest = column.numbers == 0 ? number : std::max(column.greatest, number);
  column.sum += number;
  ++column.numbers;
}

// False if there are not as many fields as columns.
bool AddLine(absl::string_view line, std::vector<ColumnStatistics>& columns) {
  size_t next = 0;
  for (const absl::string_view field : absl::StrSplit(line, ',')) {
    if (next == columns.size()) return false;
    Add(field, columns[next++]);
  }
  return next == columns.size();
}

}  // namespace

absl::StatusOr<std::vector<ColumnStatistics>> StatisticsOfColumns(std::istream& csv) {
  std::string line;
  if (!std::getline(csv, line)) return absl::InvalidArgumentError("there is no line with names");
  std::vector<ColumnStatistics> columns;
  for (const absl::string_view name : absl::StrSplit(absl::StripSuffix(line, "\r"), ',')) {
    columns.emplace_back().name = std::string(name);
  }
  for (int64_t number = 2; std::getline(csv, line); ++number) {
    if (!AddLine(absl::StripSuffix(line, "\r"), columns)) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " does not have ", columns.size(), " fields"));
    }
  }
  return columns;
}

}  // namespace someos::worker
