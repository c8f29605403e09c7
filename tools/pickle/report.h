// What a pickle contains, as text.

#ifndef SOMEOS_TOOLS_PICKLE_REPORT_H_
#define SOMEOS_TOOLS_PICKLE_REPORT_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::pickle_tool {

// The globals of a value, as "module.name".
std::set<std::string> GlobalsOf(const multiprocessing::PyValue& value);

// A report on each of the pickles that follow each other in `bytes`.
struct Report {
  std::string text;   // the values, a line each, and the globals of each
  std::string error;  // why there is no more; empty if all has been shown
};
Report ReportOn(absl::string_view bytes);

}  // namespace someos::pickle_tool

#endif  // SOMEOS_TOOLS_PICKLE_REPORT_H_
