#include "someos/api/multiprocessing/managers/types/dict_object.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/types/iterator_object.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/managers/types/value_items.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

using PairList = std::vector<std::pair<PyValue, PyValue>>;

absl::Status KeyError(const PyValue& key) {
  return PythonException("builtins", "KeyError", std::vector<PyValue>{key});
}

// The pairs of a dict, or of an iterable of pairs.
absl::StatusOr<PairList> PairsOf(const PyValue& source) {
  PairList pairs;
  if (source.kind() == PyKind::kDict) {
    const absl::Span<const PyValue> entries = *source.AsDictEntries();
    for (size_t i = 0; i < entries.size(); i += 2) pairs.emplace_back(entries[i], entries[i + 1]);
    return pairs;
  }
  const absl::StatusOr<std::vector<PyValue>> items = ListOf(source);
  if (!items.ok()) return items.status();
  for (const PyValue& item : *items) {
    const absl::StatusOr<std::vector<PyValue>> pair = ListOf(item);
    if (!pair.ok()) {
      return PythonTypeError(absl::StrCat("cannot convert dictionary update sequence element #",
                                          pairs.size(), " to a sequence"));
    }
    if (pair->size() != 2) {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("dictionary update sequence element #", pairs.size(),
                                      " has length ", pair->size(), "; 2 is required"));
    }
    pairs.emplace_back((*pair)[0], (*pair)[1]);
  }
  return pairs;
}

// The arguments key and, if `parameters` has two, another one that may be missing.
absl::StatusOr<BoundArguments> KeyAnd(absl::string_view method, const Arguments& arguments,
                                      std::initializer_list<absl::string_view> parameters) {
  absl::StatusOr<BoundArguments> bound = arguments.Bind(method, parameters, 1);
  if (!bound.ok()) return bound;
  absl::Status hashable = OrderedEntries::Check(*(*bound)[0]);
  if (!hashable.ok()) return hashable;
  return bound;
}

}  // namespace

ManagedType DictType() {
  ManagedType type;
  type.type_id = "dict";
  type.create = [](const ServerContext& context,
                   const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    auto dict = std::make_shared<DictObject>(context);
    absl::Status filled = dict->Update(arguments);
    if (!filled.ok()) return filled;
    return dict;
  };
  type.exposed = {"__contains__", "__delitem__", "__getitem__",  "__ior__", "__iter__",
                  "__len__",      "__or__",      "__reversed__", "__ror__", "__setitem__",
                  "clear",        "copy",        "fromkeys",     "get",     "has_key",
                  "items",        "keys",        "pop",          "popitem", "setdefault",
                  "update",       "values"};
  return type;
}

void DictObject::Start(Call call) {
  static constexpr NamedMethod<DictObject> kMethods[] = {
      {"__getitem__", &DictObject::GetItem},
      {"__setitem__", &DictObject::SetItem},
      {"get", &DictObject::Get},
      {"__contains__", &DictObject::Contains},
      {"__delitem__", &DictObject::DelItem},
      {"__iter__", &DictObject::Iter},
      {"__len__", &DictObject::Len},
      {"__or__", &DictObject::Or},
      {"__reversed__", &DictObject::ReversedCall},
      {"__ror__", &DictObject::ROr},
      {"__ior__", &DictObject::IOr},
      {"clear", &DictObject::Clear},
      {"copy", &DictObject::CopyCall},
      {"fromkeys", &DictObject::FromKeys},
      {"has_key", &DictObject::Contains},
      {"items", &DictObject::Items},
      {"keys", &DictObject::Keys},
      {"pop", &DictObject::Pop},
      {"popitem", &DictObject::PopItem},
      {"setdefault", &DictObject::SetDefault},
      {"update", &DictObject::UpdateCall},
      {"values", &DictObject::Values},
  };
  StartMethod<DictObject>(kMethods, *this, std::move(call));
}

PairList DictObject::Pairs() const {
  std::vector<std::pair<PyValue, PyValue>> pairs;
  pairs.reserve(entries_.size());
  for (const auto& [key, value] : entries_.all()) pairs.emplace_back(key.value(), value.value());
  return pairs;
}

PyValue DictObject::Copy() const { return *PyValue::Dict(Pairs()); }

std::vector<PyValue> DictObject::KeyList() const {
  std::vector<PyValue> keys;
  for (const auto& [key, value] : entries_.all()) keys.push_back(key.value());
  return keys;
}

absl::Status DictObject::Set(const PyValue& key, const PyValue& value) {
  absl::Status hashable = OrderedEntries::Check(key);
  if (!hashable.ok()) return hashable;
  entries_.Set(HeldValue(key, objects_), HeldValue(value, objects_));
  return absl::OkStatus();
}

absl::Status DictObject::Update(const Arguments& arguments) {
  if (arguments.positional().size() > 1) {
    return PythonTypeError(
        absl::StrCat("update expected at most 1 argument, got ", arguments.positional().size()));
  }
  for (const PyValue& source : arguments.positional()) {
    const absl::StatusOr<std::vector<std::pair<PyValue, PyValue>>> pairs = PairsOf(source);
    if (!pairs.ok()) return pairs.status();
    for (const auto& [key, value] : *pairs) {
      absl::Status set = Set(key, value);
      if (!set.ok()) return set;
    }
  }
  const absl::Span<const PyValue> keywords = arguments.keywords();
  for (size_t i = 0; i < keywords.size(); i += 2) {
    entries_.Set(HeldValue(keywords[i], objects_), HeldValue(keywords[i + 1], objects_));
  }
  return absl::OkStatus();
}

DictObject::Result DictObject::Contains(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = KeyAnd("__contains__", arguments, {"key"});
  if (!bound.ok()) return bound.status();
  return PyValue(entries_.Find(*(*bound)[0]) != entries_.all().end());
}

DictObject::Result DictObject::DelItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = KeyAnd("__delitem__", arguments, {"key"});
  if (!bound.ok()) return bound.status();
  const auto found = entries_.Find(*(*bound)[0]);
  if (found == entries_.all().end()) return KeyError(*(*bound)[0]);
  entries_.Erase(found);
  return PyValue();
}

DictObject::Result DictObject::GetItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = KeyAnd("__getitem__", arguments, {"key"});
  if (!bound.ok()) return bound.status();
  const auto found = entries_.Find(*(*bound)[0]);
  if (found == entries_.all().end()) return KeyError(*(*bound)[0]);
  return found->second.value();
}

void DictObject::Iter(Call call) {
  call.ReturnObject(std::make_shared<IteratorObject>(KeyList(), objects_), "Iterator");
}

void DictObject::ReversedCall(Call call) {
  std::vector<PyValue> keys = KeyList();
  std::reverse(keys.begin(), keys.end());
  call.ReturnObject(std::make_shared<IteratorObject>(std::move(keys), objects_), "Iterator");
}

DictObject::Result DictObject::Len(const Arguments&) {
  return PyValue(static_cast<int64_t>(entries_.size()));
}

DictObject::Result DictObject::SetItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__setitem__", {"key", "value"}, 2);
  if (!bound.ok()) return bound.status();
  absl::Status set = Set(*(*bound)[0], *(*bound)[1]);
  if (!set.ok()) return set;
  return PyValue();
}

DictObject::Result DictObject::Clear(const Arguments&) {
  entries_.Clear();
  return PyValue();
}

DictObject::Result DictObject::CopyCall(const Arguments&) { return Copy(); }

DictObject::Result DictObject::FromKeys(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("fromkeys", {"iterable", "value"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<std::vector<PyValue>> keys = ListOf(*(*bound)[0]);
  if (!keys.ok()) return keys.status();
  std::vector<std::pair<PyValue, PyValue>> pairs;
  for (const PyValue& key : *keys) {
    pairs.emplace_back(key, (*bound)[1] == nullptr ? PyValue() : *(*bound)[1]);
  }
  return PyValue::Dict(std::move(pairs));
}

DictObject::Result DictObject::Get(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = KeyAnd("get", arguments, {"key", "default"});
  if (!bound.ok()) return bound.status();
  const auto found = entries_.Find(*(*bound)[0]);
  if (found != entries_.all().end()) return found->second.value();
  return (*bound)[1] == nullptr ? PyValue() : *(*bound)[1];
}

DictObject::Result DictObject::Items(const Arguments&) {
  std::vector<PyValue> items;
  for (auto& [key, value] : Pairs()) items.push_back(PyValue::Tuple({key, value}));
  return PyValue::List(std::move(items));
}

DictObject::Result DictObject::Keys(const Arguments&) { return PyValue::List(KeyList()); }

DictObject::Result DictObject::Values(const Arguments&) {
  std::vector<PyValue> values;
  for (const auto& [key, value] : entries_.all()) values.push_back(value.value());
  return PyValue::List(std::move(values));
}

DictObject::Result DictObject::Pop(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = KeyAnd("pop", arguments, {"key", "default"});
  if (!bound.ok()) return bound.status();
  const auto found = entries_.Find(*(*bound)[0]);
  if (found == entries_.all().end()) {
    if ((*bound)[1] == nullptr) return KeyError(*(*bound)[0]);
    return *(*bound)[1];
  }
  const PyValue value = found->second.value();
  entries_.Erase(found);
  return value;
}

DictObject::Result DictObject::PopItem(const Arguments&) {
  if (entries_.size() == 0) return KeyError(PyValue::Str("popitem(): dictionary is empty"));
  const auto last = std::prev(entries_.all().end());
  const PyValue item = PyValue::Tuple({last->first.value(), last->second.value()});
  entries_.Erase(last);
  return item;
}

DictObject::Result DictObject::SetDefault(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = KeyAnd("setdefault", arguments, {"key", "default"});
  if (!bound.ok()) return bound.status();
  const auto found = entries_.Find(*(*bound)[0]);
  if (found != entries_.all().end()) return found->second.value();
  const PyValue value = (*bound)[1] == nullptr ? PyValue() : *(*bound)[1];
  absl::Status set = Set(*(*bound)[0], value);
  if (!set.ok()) return set;
  return value;
}

DictObject::Result DictObject::UpdateCall(const Arguments& arguments) {
  absl::Status updated = Update(arguments);
  if (!updated.ok()) return updated;
  return PyValue();
}

DictObject::Result DictObject::Or(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__or__", {"value"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<std::vector<std::pair<PyValue, PyValue>>> other = PairsOf(*(*bound)[0]);
  if (!other.ok()) return other.status();
  std::vector<std::pair<PyValue, PyValue>> pairs = Pairs();
  pairs.insert(pairs.end(), other->begin(), other->end());
  return PyValue::Dict(std::move(pairs));
}

DictObject::Result DictObject::ROr(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__ror__", {"value"}, 1);
  if (!bound.ok()) return bound.status();
  absl::StatusOr<std::vector<std::pair<PyValue, PyValue>>> pairs = PairsOf(*(*bound)[0]);
  if (!pairs.ok()) return pairs.status();
  for (const auto& own : Pairs()) pairs->push_back(own);
  return PyValue::Dict(*std::move(pairs));
}

DictObject::Result DictObject::IOr(const Arguments& arguments) {
  absl::Status updated = Update(arguments);
  if (!updated.ok()) return updated;
  return Copy();
}

}  // namespace someos::multiprocessing::internal
