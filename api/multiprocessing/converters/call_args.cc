#include "someos/api/multiprocessing/converters/call_args.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"

namespace someos::multiprocessing::internal {
namespace {

absl::Status Invalid(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

}  // namespace

absl::StatusOr<absl::Span<const PyValue>> CallArgs(const PyObjectParts& parts, size_t min,
                                                   size_t max) {
  if (parts.construction != PyConstruction::kCall) return Invalid("not made by a call");
  if (parts.has_state) return Invalid("has a state besides its arguments");
  if (!parts.list_items.is_none() || !parts.dict_items.is_none()) {
    return Invalid("has items besides its arguments");
  }
  const absl::StatusOr<absl::Span<const PyValue>> args = parts.args.AsItems();
  if (!args.ok() || (min <= args->size() && args->size() <= max)) return args;
  return Invalid(absl::StrCat("made with ", args->size(), " arguments, not ", min,
                              min == max ? "" : absl::StrCat(" to ", max)));
}

}  // namespace someos::multiprocessing::internal
