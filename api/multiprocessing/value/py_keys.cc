#include "someos/api/multiprocessing/value/py_keys.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_hash.h"
#include "someos/api/multiprocessing/value/py_index.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr size_t kSmall = 8;  // entries that are found sooner by looking at each

size_t StrideOf(const ItemsNode& node) { return node.kind == PyKind::kDict ? 2 : 1; }

// A hot path: most keys are strs, which differ in size or in the last byte ("child1", "child2").
// Then no call is needed.
bool MayEqual(const PyValue& a, const PyValue& b) {
  if (a.kind() != PyKind::kStr || b.kind() != PyKind::kStr) return true;
  const absl::string_view left = PyValueAccess::Text(a).text;
  const absl::string_view right = PyValueAccess::Text(b).text;
  return left.size() == right.size() && (left.empty() || left.back() == right.back());
}

void IndexKey(ItemsNode& node, size_t place) {
  if (node.index == nullptr) {
    if (node.items.size() <= kSmall * StrideOf(node)) return;
    node.index = std::make_unique<PyIndex>();
    for (size_t i = 0; i < place; i += StrideOf(node)) {
      node.index->Add(HashOf(node.items[i]), i);
    }
  }
  node.index->Add(HashOf(node.items[place]), place);
}

}  // namespace

size_t FindKey(const ItemsNode& node, const PyValue& key, Comparison& comparison) {
  const size_t none = node.items.size();
  if (node.index != nullptr) {
    return node.index->Find(HashOf(key), none,
                            [&](size_t place) { return comparison.Equal(node.items[place], key); });
  }
  for (size_t i = 0; i < none; i += StrideOf(node)) {
    if (MayEqual(node.items[i], key) && comparison.Equal(node.items[i], key)) return i;
  }
  return none;
}

absl::Status Unhashable(const PyValue& key) {
  // Python names the innermost one.
  PyValue value = key;
  while (value.kind() == PyKind::kTuple) {
    for (const PyValue& item : PyValueAccess::Items(PyValue(value)).items) {
      if (!ItemsNode::IsUnhashable(item)) continue;
      value = item;
      break;
    }
  }
  return PythonTypeError(absl::StrCat("unhashable type: '", PyKindName(value.kind()), "'"));
}

void AddItem(ItemsNode& set, PyValue item, Comparison& comparison) {
  if (FindKey(set, item, comparison) != set.items.size()) return;
  set.Add(std::move(item));
  IndexKey(set, set.items.size() - 1);
}

void FillDict(ItemsNode& dict, PyValue* entries, size_t size) {
  dict.AddAll(entries, size);
  if (size > kSmall * StrideOf(dict)) IndexKey(dict, size - StrideOf(dict));
}

void AddEntry(ItemsNode& dict, PyValue&& key, PyValue&& value, Comparison& comparison) {
  const size_t place = FindKey(dict, key, comparison);
  if (place != dict.items.size()) {
    dict.NoteDepthOf(value);
    dict.items[place + 1] = std::move(value);
    return;
  }
  dict.Add(std::move(key));
  dict.Add(std::move(value));
  IndexKey(dict, place);
}

}  // namespace someos::multiprocessing::internal
