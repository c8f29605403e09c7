#include "someos/api/rlcompleter/flag_names.h"

#include <algorithm>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_cat.h"
#include "someos/api/rlcompleter/name_registry.h"

namespace someos {

std::vector<Name> FlagNames() {
  std::vector<Name> names;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (flag->IsOfType<bool>()) {
      names.emplace_back(absl::StrCat("--", name));
      names.emplace_back(absl::StrCat("--no", name));
    } else {
      names.emplace_back(absl::StrCat("--", name, "="));
    }
  }
  std::sort(names.begin(), names.end(),
            [](const Name& a, const Name& b) { return a.text < b.text; });
  return names;
}

}  // namespace someos
