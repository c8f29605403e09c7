// The keys of dicts and the items of sets. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_KEYS_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_KEYS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "someos/api/multiprocessing/value/py_comparison.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

constexpr bool HasKeys(PyKind kind) {
  return kind == PyKind::kDict || kind == PyKind::kSet || kind == PyKind::kFrozenSet;
}

// The place in node.items of a key that equals `key`; items.size() if there is none.
size_t FindKey(const ItemsNode& node, const PyValue& key, Comparison& comparison);

// The TypeError for a key that cannot be one: "unhashable type: 'list'".
absl::Status Unhashable(const PyValue& key);

inline absl::Status CheckHashable(const PyValue& key) {
  return ItemsNode::IsUnhashable(key) ? Unhashable(key) : absl::OkStatus();
}

// Adds a hashable item to a set, or nothing if it is there.
void AddItem(ItemsNode& set, PyValue item, Comparison& comparison);

// Fills an empty dict with keys and values in turn, `size` of both together. The keys are hashable
// and differ from each other.
void FillDict(ItemsNode& dict, PyValue* entries, size_t size);

// Sets the value of a hashable key of a dict.
void AddEntry(ItemsNode& dict, PyValue&& key, PyValue&& value, Comparison& comparison);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_KEYS_H_
