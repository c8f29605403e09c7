// How the facades find a backend by its name.

#ifndef SOMEOS_API_FIND_LINKED_H_
#define SOMEOS_API_FIND_LINKED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"

namespace someos::internal {

// The one of `linked` that has this name. `interface` is what they are backends of, for messages.
//
// kNotFound: none has; the message lists the linked ones.
template <typename Backend>
absl::StatusOr<const Backend*> FindLinked(absl::Span<const Backend* const> linked,
                                          absl::string_view interface, absl::string_view name) {
  for (const Backend* backend : linked) {
    if (backend->name == name) return backend;
  }
  const std::string names = absl::StrJoin(
      linked, ", ",
      [](std::string* out, const Backend* backend) { absl::StrAppend(out, backend->name); });
  return PlainStatus(
      absl::StatusCode::kNotFound,
      absl::StrCat("no ", interface, " \"", name, "\" in this build; linked: ", names));
}

}  // namespace someos::internal

#endif  // SOMEOS_API_FIND_LINKED_H_
