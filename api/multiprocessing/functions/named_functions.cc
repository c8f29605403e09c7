#include "someos/api/multiprocessing/functions/named_functions.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

void NamedFunctions::Register(absl::string_view name, Function function) {
  functions_.insert_or_assign(std::string(name), std::move(function));
}

const NamedFunctions::Function* NamedFunctions::Find(absl::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

const NamedFunctions::Function* NamedFunctions::Find(absl::string_view module,
                                                     absl::string_view name) const {
  const Function* const of_module = Find(absl::StrCat(module, ".", name));
  return of_module != nullptr ? of_module : Find(name);
}

std::string NamedFunctions::Names() const {
  std::string names;
  for (const auto& [name, function] : functions_) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", name);
  }
  return names;
}

}  // namespace someos::multiprocessing
