#include "someos/api/multiprocessing/managers/arguments.h"

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

bool IsListOrTuple(const PyValue& value) {
  return value.kind() == PyKind::kTuple || value.kind() == PyKind::kList;
}

}  // namespace

absl::StatusOr<Arguments> Arguments::Create(PyValue args, PyValue kwargs) {
  if (!IsListOrTuple(args)) {
    return PythonTypeError(
        absl::StrCat("arguments must be a tuple, not ", PyKindName(args.kind())));
  }
  const absl::StatusOr<absl::Span<const PyValue>> keywords = kwargs.AsDictEntries();
  if (!keywords.ok()) {
    return PythonTypeError(
        absl::StrCat("keyword arguments must be a dict, not ", PyKindName(kwargs.kind())));
  }
  for (size_t i = 0; i < keywords->size(); i += 2) {
    if (!(*keywords)[i].AsStr().ok()) return PythonTypeError("keywords must be strings");
  }
  const absl::Span<const PyValue> positional = *args.AsItems();
  return Arguments(std::move(args), std::move(kwargs), positional, *keywords);
}

absl::StatusOr<BoundArguments> Arguments::Bind(absl::string_view function,
                                               std::initializer_list<absl::string_view> parameters,
                                               size_t required) const {
  if (positional_.size() > parameters.size()) {
    return PythonTypeError(absl::StrCat(function, "() takes at most ", parameters.size(),
                                        " arguments (", positional_.size(), " given)"));
  }
  BoundArguments bound(parameters.size(), nullptr);
  for (size_t i = 0; i < positional_.size(); ++i) bound[i] = &positional_[i];
  for (size_t k = 0; k < keywords_.size(); k += 2) {
    const absl::string_view name = *keywords_[k].AsStr();
    size_t i = 0;
    while (i < parameters.size() && parameters.begin()[i] != name) ++i;
    if (i == parameters.size()) {
      return PythonTypeError(
          absl::StrCat(function, "() got an unexpected keyword argument '", name, "'"));
    }
    if (bound[i] != nullptr) {
      return PythonTypeError(
          absl::StrCat(function, "() got multiple values for argument '", name, "'"));
    }
    bound[i] = &keywords_[k + 1];
  }
  for (size_t i = 0; i < required; ++i) {
    if (bound[i] == nullptr) {
      return PythonTypeError(
          absl::StrCat(function, "() missing required argument '", parameters.begin()[i], "'"));
    }
  }
  return bound;
}

Arguments Arguments::WithoutFirst() const {
  Arguments rest = *this;
  if (!rest.positional_.empty()) rest.positional_.remove_prefix(1);
  return rest;
}

bool IsTrue(const PyValue& value) {
  switch (value.kind()) {
    case PyKind::kNone:
      return false;
    case PyKind::kBool:
    case PyKind::kInt:
      return value != PyValue(0);
    case PyKind::kFloat:
      return *value.AsFloat() != 0;
    case PyKind::kStr:
      return !value.AsStr()->empty();
    case PyKind::kBytes:
    case PyKind::kByteArray:
      return !value.AsBytes()->empty();
    case PyKind::kDict:
      return !value.AsDictEntries()->empty();
    case PyKind::kGlobal:
    case PyKind::kObject:
      return true;
    default:
      return !value.AsItems()->empty();
  }
}

absl::StatusOr<std::optional<absl::Duration>> TimeoutOf(const PyValue* argument) {
  if (argument == nullptr || argument->is_none()) return std::nullopt;
  double seconds = 0;
  if (const absl::StatusOr<double> real = argument->AsFloat(); real.ok()) {
    seconds = *real;
  } else {
    const absl::StatusOr<int64_t> integer = argument->AsInt();
    if (!integer.ok()) {
      return PythonTypeError(
          absl::StrCat("a timeout must be a number, not ", PyKindName(argument->kind())));
    }
    seconds = static_cast<double>(*integer);
  }
  if (std::isnan(seconds)) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "Invalid value NaN (not a number)");
  }
  return absl::Seconds(seconds);
}

}  // namespace someos::multiprocessing
