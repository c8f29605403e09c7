#include "someos/api/multiprocessing/py_node.h"

#include <cstddef>

#include "someos/api/multiprocessing/py_kind.h"
#include "someos/api/multiprocessing/py_nodes.h"
#include "someos/api/multiprocessing/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

bool HasItems(const Node& node) {
  switch (node.kind) {
    case PyKind::kTuple:
    case PyKind::kList:
    case PyKind::kDict:
    case PyKind::kSet:
    case PyKind::kFrozenSet:
    case PyKind::kObject:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Destroy(Node* node) {
  node->hash.store(0, std::memory_order_relaxed);
  for (Node* dead = node; dead != nullptr;) {
    Node* next = reinterpret_cast<Node*>(dead->hash.load(std::memory_order_relaxed));
    if (!HasItems(*dead)) {
      TextNode::Delete(static_cast<TextNode*>(dead));
      dead = next;
      continue;
    }
    auto* container = static_cast<ItemsNode*>(dead);
    for (PyValue& item : container->items) {
      Node* child = PyValueAccess::Detach(item);
      if (child == nullptr || !GivesUpLast(child)) continue;
      child->hash.store(reinterpret_cast<size_t>(next), std::memory_order_relaxed);
      next = child;
    }
    delete container;
    dead = next;
  }
}

}  // namespace someos::multiprocessing::internal
