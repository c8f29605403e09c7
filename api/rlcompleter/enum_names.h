// The names of an enum's values, for completion.

#ifndef SOMEOS_API_RLCOMPLETER_ENUM_NAMES_H_
#define SOMEOS_API_RLCOMPLETER_ENUM_NAMES_H_

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/rlcompleter/name_registry.h"

namespace someos {

// The names of the values from `first` to `last`, which `name_of` returns: a function from a value
// to something that a string can be made from; empty for values that are none.
//
//   registry.Add({"Color", NameKind::kNamespace,
//                 [] { return EnumNames(Color::kRed, Color::kBlue, ColorName); }});
template <typename Enum, typename NameOf>
std::vector<Name> EnumNames(Enum first, Enum last, NameOf name_of) {
  static_assert(std::is_enum_v<Enum>);
  using Number = std::underlying_type_t<Enum>;
  std::vector<Name> names;
  for (Number number = static_cast<Number>(first);; ++number) {
    if (number > static_cast<Number>(last)) break;
    std::string name(name_of(static_cast<Enum>(number)));
    if (!name.empty()) names.emplace_back(std::move(name));
    if (number == static_cast<Number>(last)) break;  // it may be the largest number
  }
  return names;
}

}  // namespace someos

#endif  // SOMEOS_API_RLCOMPLETER_ENUM_NAMES_H_
