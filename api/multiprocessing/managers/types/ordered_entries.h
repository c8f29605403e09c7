// The entries of a dict that changes. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ORDERED_ENTRIES_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ORDERED_ENTRIES_H_

#include <cmath>
#include <cstddef>
#include <iterator>
#include <list>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/value/py_hash.h"
#include "someos/api/multiprocessing/value/py_keys.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// In the order in which their keys came.
class OrderedEntries {
 public:
  using List = std::list<std::pair<HeldValue, HeldValue>>;

  // A TypeError if `key` is unhashable: "unhashable type: 'list'".
  static absl::Status Check(const PyValue& key) { return CheckHashable(key); }

  // For hashable keys only. The end of all() if it is not there.
  List::iterator Find(const PyValue& key) {
    const auto found = places_.find(key);
    return found == places_.end() ? entries_.end() : found->second;
  }
  void Set(HeldValue key, HeldValue value) {
    const List::iterator known = Find(key.value());
    if (known != entries_.end()) {
      known->second = std::move(value);
      return;
    }
    PyValue copy = key.value();
    entries_.emplace_back(std::move(key), std::move(value));
    if (!EqualsNothing(copy)) places_.emplace(std::move(copy), std::prev(entries_.end()));
  }
  void Erase(List::iterator entry) {
    places_.erase(entry->first.value());  // a NaN has none
    entries_.erase(entry);
  }
  void Clear() {
    places_.clear();
    entries_.clear();
  }

  size_t size() const { return entries_.size(); }
  List& all() { return entries_; }
  const List& all() const { return entries_; }

 private:
  struct Hash {
    size_t operator()(const PyValue& value) const { return HashOf(value); }
  };

  static bool EqualsNothing(const PyValue& key) {
    return key.kind() == PyKind::kFloat && std::isnan(*key.AsFloat());
  }

  List entries_;
  absl::flat_hash_map<PyValue, List::iterator, Hash> places_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_ORDERED_ENTRIES_H_
