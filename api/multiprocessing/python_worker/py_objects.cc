#include "someos/api/multiprocessing/python_worker/py_objects.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing::internal {

bool IsGlobal(const PyValue& value, absl::string_view module, absl::string_view name) {
  if (value.kind() != PyKind::kGlobal) return false;
  return *value.GlobalModule() == module && *value.GlobalName() == name;
}

std::string NameOf(const PyValue& callable) {
  if (callable.kind() != PyKind::kGlobal) return callable.ToString(200);
  return absl::StrCat(*callable.GlobalModule(), ".", *callable.GlobalName());
}

absl::Status UnknownForm(absl::string_view what, const PyValue& value) {
  return PlainStatus(
      absl::StatusCode::kUnimplemented,
      absl::StrCat("expected ", what, " as Python 3.6 to 3.14 send it, got ", value.ToString(200)));
}

absl::StatusOr<absl::Span<const PyValue>> TupleOf(const PyValue& value, size_t count,
                                                  absl::string_view what) {
  if (value.kind() != PyKind::kTuple || value.AsItems()->size() != count) {
    return UnknownForm(what, value);
  }
  return *value.AsItems();
}

absl::StatusOr<PyValue> ArgumentsOfCall(const PyValue& value, absl::string_view module,
                                        absl::string_view name, size_t count) {
  absl::StatusOr<PyObjectParts> parts = value.AsObject();
  if (!parts.ok() || parts->construction != PyConstruction::kCall || parts->has_state ||
      !IsGlobal(parts->callable, module, name) || !TupleOf(parts->args, count, name).ok()) {
    return UnknownForm(absl::StrCat(module, ".", name), value);
  }
  return std::move(parts->args);
}

absl::StatusOr<PyValue> StateOfNew(const PyValue& value, absl::string_view module,
                                   absl::string_view name) {
  absl::StatusOr<PyObjectParts> parts = value.AsObject();
  if (!parts.ok() || parts->construction != PyConstruction::kNew || !parts->has_state ||
      !IsGlobal(parts->callable, module, name)) {
    return UnknownForm(absl::StrCat(module, ".", name), value);
  }
  return std::move(parts->state);
}

PyValue PrintableStr(absl::string_view text) {
  return PyValue::Str(ValidUtf8(text) == text.size() ? std::string(text) : absl::CHexEscape(text));
}

PyValue CallOf(absl::string_view module, absl::string_view name, std::vector<PyValue> args) {
  PyObjectParts parts;
  parts.callable = PyValue::Global(module, name);
  parts.args = PyValue::Tuple(std::move(args));
  return PyValue::Object(std::move(parts));
}

}  // namespace someos::multiprocessing::internal
