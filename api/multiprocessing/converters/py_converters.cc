#include "someos/api/multiprocessing/converters/py_converters.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

bool IsGlobal(const PyValue& value, absl::string_view module, absl::string_view name) {
  return value.kind() == PyKind::kGlobal && *value.GlobalModule() == module &&
         *value.GlobalName() == name;
}

// copyreg._reconstructor(cls, object, None), by which protocols 0 and 1 write cls.__new__(cls).
bool IsReconstructor(const PyObjectParts& parts) {
  if (parts.construction != PyConstruction::kCall || parts.args.kind() != PyKind::kTuple ||
      !IsGlobal(parts.callable, "copyreg", "_reconstructor")) {
    return false;
  }
  const absl::Span<const PyValue> args = *parts.args.AsItems();
  return args.size() == 3 && IsGlobal(args[1], "builtins", "object") && args[2].is_none();
}

}  // namespace

PyObjectParts PyConverters::PartsOf(const PyValue& value) {
  absl::StatusOr<PyObjectParts> parts = value.AsObject();
  if (!parts.ok()) return {};
  if (IsReconstructor(*parts)) {
    parts->construction = PyConstruction::kNew;
    parts->callable = PyValue((*parts->args.AsItems())[0]);
    parts->args = PyValue::Tuple({});
  }
  return *std::move(parts);
}

PyConverters::ClassName PyConverters::ClassOf(const PyValue& value) {
  const PyValue callable = PartsOf(value).callable;
  if (callable.kind() != PyKind::kGlobal) return {};
  return {std::string(*callable.GlobalModule()), std::string(*callable.GlobalName())};
}

PyValue PyConverters::ObjectOf(const Entry& entry, PyObjectParts parts) {
  if (parts.callable.is_none()) parts.callable = PyValue::Global(entry.module, entry.name);
  return PyValue::Object(std::move(parts));
}

absl::Status PyConverters::WithClass(const Entry& entry, const absl::Status& status) {
  absl::Status named = PlainStatus(
      status.code(), absl::StrCat(entry.module, ".", entry.name, ": ", status.message()));
  status.ForEachPayload([&named](absl::string_view url, const absl::Cord& payload) {
    named.SetPayload(url, payload);
  });
  return named;
}

absl::Status PyConverters::NotRegistered() {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "no class of Python is registered for this type");
}

void PyConverters::Add(Entry entry) {
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                [&entry](const Entry& other) {
                                  return other.type == entry.type && other.module == entry.module &&
                                         other.name == entry.name;
                                }),
                 entries_.end());
  entries_.push_back(std::move(entry));
}

const PyConverters::Entry* PyConverters::Find(const void* type, const ClassName* of) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [=](const Entry& entry) {
    return entry.type == type &&
           (of == nullptr || (entry.module == of->module && entry.name == of->name));
  });
  return found == entries_.rend() ? nullptr : &*found;
}

absl::Status PyConverters::Unexpected(const void* type, const PyValue& value) const {
  std::vector<std::string> expected;
  for (const Entry& entry : entries_) {
    if (entry.type == type) expected.push_back(absl::StrCat(entry.module, ".", entry.name));
  }
  if (expected.empty()) return NotRegistered();
  const ClassName of = ClassOf(value);
  const std::string got = of.name.empty() ? std::string(PyKindName(value.kind()))
                                          : absl::StrCat(of.module, ".", of.name);
  return PythonTypeError(absl::StrCat("expected ", absl::StrJoin(expected, " or "), ", got ", got));
}

}  // namespace someos::multiprocessing
