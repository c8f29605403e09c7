#include "someos/tools/pickle/report.h"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::pickle_tool {
namespace {

using multiprocessing::PyKind;
using multiprocessing::PyObjectParts;
using multiprocessing::PyValue;

constexpr size_t kMaxText = size_t{1} << 26;

// Adds the values that `value` consists of to `parts`.
void AddParts(const PyValue& value, std::vector<PyValue>& parts) {
  if (const auto items = value.AsItems(); items.ok()) {
    parts.insert(parts.end(), items->begin(), items->end());
  } else if (const auto entries = value.AsDictEntries(); entries.ok()) {
    parts.insert(parts.end(), entries->begin(), entries->end());
  } else if (const absl::StatusOr<PyObjectParts> object = value.AsObject(); object.ok()) {
    parts.insert(parts.end(), {object->callable, object->args, object->kwargs, object->state,
                               object->list_items, object->dict_items});
  }
}

}  // namespace

std::set<std::string> GlobalsOf(const PyValue& value) {
  std::set<std::string> globals;
  std::set<const void*> seen;
  std::vector<PyValue> pending = {value};
  while (!pending.empty()) {
    const PyValue next = pending.back();
    pending.pop_back();
    if (next.identity() == nullptr || !seen.insert(next.identity()).second) continue;
    if (next.kind() == PyKind::kGlobal) {
      globals.insert(absl::StrCat(*next.GlobalModule(), ".", *next.GlobalName()));
    }
    AddParts(next, pending);
  }
  return globals;
}

Report ReportOn(absl::string_view bytes) {
  Report report;
  const absl::string_view all = bytes;
  do {
    const absl::StatusOr<PyValue> value = multiprocessing::UnpickleFirst(bytes);
    if (!value.ok()) {
      report.error = absl::StrCat("in the pickle at byte ", all.size() - bytes.size(), ": ",
                                  value.status().message());
      return report;
    }
    absl::StrAppend(&report.text, value->ToString(kMaxText), "\n");
    const std::set<std::string> globals = GlobalsOf(*value);
    if (globals.empty()) continue;
    absl::StrAppend(&report.text, "globals: ", absl::StrJoin(globals, ", "), "\n");
  } while (!bytes.empty());
  return report;
}

}  // namespace someos::pickle_tool
