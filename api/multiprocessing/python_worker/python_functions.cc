#include "someos/api/multiprocessing/python_worker/python_functions.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

void PythonFunctions::Register(absl::string_view name, Function function) {
  functions_.insert_or_assign(std::string(name), std::move(function));
}

const PythonFunctions::Function* PythonFunctions::Find(absl::string_view module,
                                                       absl::string_view name) const {
  auto found = functions_.find(absl::StrCat(module, ".", name));
  if (found == functions_.end()) found = functions_.find(std::string(name));
  return found == functions_.end() ? nullptr : &found->second;
}

std::string PythonFunctions::Names() const {
  std::string names;
  for (const auto& [name, function] : functions_) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", name);
  }
  return names;
}

}  // namespace someos::multiprocessing
