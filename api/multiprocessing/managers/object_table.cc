#include "someos/api/multiprocessing/managers/object_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

// Exactly what Add returns: "0x1f", "01f" and "1F" name nothing.
std::optional<uint64_t> KeyOf(absl::string_view ident) {
  uint64_t key = 0;
  if (!absl::SimpleHexAtoi(ident, &key) || absl::StrCat(absl::Hex(key)) != ident) {
    return std::nullopt;
  }
  return key;
}

// Of UTF-8, as Python's text[:count].
absl::string_view FirstCharacters(absl::string_view text, size_t count) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && count-- == 0) return text.substr(0, i);
  }
  return text;
}

absl::Status NoSuchObject(absl::string_view ident) {
  return PythonException("builtins", "KeyError", ident);
}

}  // namespace

ObjectHold::~ObjectHold() {
  if (table_ != nullptr) table_->Unhold(key_);
}

void ObjectTable::Clear() {
  // What these objects hold is no longer found, so that none destroys another one.
  const absl::flat_hash_map<uint64_t, Entry> entries = std::exchange(entries_, {});
  const auto only = std::exchange(only_, {});
  keys_.clear();
}

std::shared_ptr<SharedObject> ObjectTable::Only(const void* key) const {
  const auto found = only_.find(key);
  return found == only_.end() ? nullptr : found->second;
}

void ObjectTable::KeepOnly(const void* key, std::shared_ptr<SharedObject> object) {
  only_.insert_or_assign(key, std::move(object));
}

std::string ObjectTable::Add(std::shared_ptr<SharedObject> object, const ManagedType* type) {
  const auto [known, added] = keys_.try_emplace({object->identity(), type}, next_);
  if (added) entries_.emplace(next_++, Entry{std::move(object), type});
  ++entries_.at(known->second).references;
  return absl::StrCat(absl::Hex(known->second));
}

ObjectTable::Entry* ObjectTable::Find(absl::string_view ident) {
  const std::optional<uint64_t> key = KeyOf(ident);
  if (!key.has_value()) return nullptr;
  const auto found = entries_.find(*key);
  return found == entries_.end() ? nullptr : &found->second;
}

absl::Status ObjectTable::Increment(absl::string_view ident) {
  Entry* entry = Find(ident);
  if (entry == nullptr) return NoSuchObject(ident);
  ++entry->references;
  return absl::OkStatus();
}

absl::Status ObjectTable::Decrement(absl::string_view ident) {
  Entry* entry = Find(ident);
  if (entry == nullptr) return NoSuchObject(ident);
  if (entry->references == 0) return absl::OkStatus();  // as Python's, for one that is held
  if (--entry->references == 0) unused_.push_back(*KeyOf(ident));
  return absl::OkStatus();
}

std::vector<ObjectHold> ObjectTable::HoldsIn(const PyValue& value) {
  std::vector<ObjectHold> holds;
  ForEachProxy(value, [&](const PickledProxy& proxy) {
    Entry* entry = Find(proxy.token.ident);
    if (entry == nullptr || entry->type->type_id != proxy.token.type_id) return;
    ++entry->holds;
    holds.emplace_back(shared_from_this(), *KeyOf(proxy.token.ident));
  });
  return holds;
}

void ObjectTable::Unhold(uint64_t key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  if (--found->second.holds == 0) unused_.push_back(key);
}

void ObjectTable::Collect() {
  while (!unused_.empty()) {
    const auto found = entries_.find(unused_.back());
    unused_.pop_back();
    if (found == entries_.end() || found->second.references > 0 || found->second.holds > 0)
      continue;
    keys_.erase({found->second.object->identity(), found->second.type});
    // Destroyed when nothing of the table is in use any more: it may give up others.
    const std::shared_ptr<SharedObject> object = std::move(found->second.object);
    entries_.erase(found);
  }
}

size_t ObjectTable::size() const {
  return static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) {
    return entry.second.references > 0;
  }));
}

std::string ObjectTable::DebugInfo() const {
  constexpr size_t kShown = 75;
  std::vector<std::pair<std::string, const Entry*>> sorted;
  for (const auto& [key, entry] : entries_) {
    if (entry.references > 0) sorted.emplace_back(absl::StrCat(absl::Hex(key)), &entry);
  }
  std::sort(sorted.begin(), sorted.end());
  std::string info;
  for (const auto& [ident, entry] : sorted) {
    absl::StrAppend(&info, info.empty() ? "" : "\n", "  ", ident,
                    ":       refcount=", entry->references, "\n    ",
                    FirstCharacters(entry->object->Str(), kShown));
  }
  return info;
}

}  // namespace someos::multiprocessing::internal
