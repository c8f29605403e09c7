#include "someos/api/multiprocessing/value/py_hash.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_integer.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"

namespace someos::multiprocessing::internal {
namespace {

size_t HashOfFloat(double value) {
  if (std::isinf(value) || std::trunc(value) != value) return absl::HashOf(value);
  const std::string bytes = IntegerBytes(value);
  if (bytes.size() <= sizeof(int64_t)) return absl::HashOf(SmallInteger(bytes));
  return absl::HashOf(absl::string_view(bytes));
}

// NaN equals nothing, so that its hash may be that of the place where it stands: many of them do
// not make a table slow.
size_t HashOfScalar(const PyValue& value, const void* place) {
  switch (value.kind()) {
    case PyKind::kNone:
      return 1;
    case PyKind::kFloat: {
      const double real = PyValueAccess::Real(value);
      return std::isnan(real) ? absl::HashOf(place) : HashOfFloat(real);
    }
    default:
      return absl::HashOf(PyValueAccess::Integer(value));
  }
}

size_t HashOfText(const PyValue& value) {
  const TextNode& node = PyValueAccess::Text(value);
  // bytes and bytearrays are equal, and so are large ints and floats.
  if (value.kind() == PyKind::kGlobal) return absl::HashOf(node.text, node.module_size);
  if (value.kind() == PyKind::kInt) return absl::HashOf(node.text);
  return absl::HashOf(node.text, value.kind() == PyKind::kStr);
}

size_t Known(const PyValue& value, const void* place) {
  Node* node = PyValueAccess::NodeOf(value);
  if (node == nullptr) return HashOfScalar(value, place) | 1;
  const size_t known = node->hash.load(std::memory_order_relaxed);
  if (known != 0 || !PyValueAccess::IsText(value)) return known;
  const size_t hash = HashOfText(value) | 1;
  node->hash.store(hash, std::memory_order_relaxed);
  return hash;
}

// The hash of a container whose containers have theirs.
size_t Combined(const ItemsNode& node) {
  const bool ordered =
      node.kind == PyKind::kTuple || node.kind == PyKind::kList || node.kind == PyKind::kObject;
  const size_t stride = node.kind == PyKind::kDict ? 2 : 1;
  const bool is_set = node.kind == PyKind::kSet || node.kind == PyKind::kFrozenSet;
  size_t hash = absl::HashOf(is_set ? PyKind::kSet : node.kind, node.items.size());
  for (size_t i = 0; i < node.items.size(); i += stride) {
    size_t item = Known(node.items[i], &node.items[i]);
    if (stride == 2) item = absl::HashOf(item, Known(node.items[i + 1], &node.items[i + 1]));
    hash = ordered ? absl::HashOf(hash, item) : hash + absl::HashOf(item);
  }
  return hash | 1;
}

}  // namespace

size_t HashOf(const PyValue& value) {
  if (const size_t known = Known(value, &value)) return known;
  std::vector<std::pair<ItemsNode*, size_t>> pending = {{&PyValueAccess::Items(value), 0}};
  while (!pending.empty()) {
    auto& [node, next] = pending.back();
    while (next < node->items.size() &&
           (!PyValueAccess::IsItems(node->items[next]) || Known(node->items[next], nullptr) != 0)) {
      ++next;
    }
    if (next < node->items.size()) {
      ItemsNode* child = &PyValueAccess::Items(node->items[next]);
      pending.emplace_back(child, 0);
      continue;
    }
    node->hash.store(Combined(*node), std::memory_order_relaxed);
    pending.pop_back();
  }
  return Known(value, &value);
}

}  // namespace someos::multiprocessing::internal
