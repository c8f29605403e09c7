// Statistics of the columns of a table in CSV.

#ifndef SOMEOS_TOOLS_WORKER_COLUMNS_H_
#define SOMEOS_TOOLS_WORKER_COLUMNS_H_

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace someos::worker {

// Of the fields of a column that are numbers; the others are counted alone.
struct ColumnStatistics {
  std::string name;
  int64_t numbers = 0;
  int64_t others = 0;
  double least = 0;
  double greatest = 0;
  double sum = 0;
};

// The first line has the names, with commas between them. Fields are not quoted; a line that has
// more fields than there are names, or fewer, is an error.
//
// kInvalidArgument: such a line, with its number; no line at all.
absl::StatusOr<std::vector<ColumnStatistics>> StatisticsOfColumns(std::istream& csv);

}  // namespace someos::worker

#endif  // SOMEOS_TOOLS_WORKER_COLUMNS_H_
