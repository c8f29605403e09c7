#include "someos/api/multiprocessing/value/py_node.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "someos/api/multiprocessing/value/node_blocks.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/multiprocessing/value/py_value.h"

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

class SharedNodes;

// The nodes that remain to be destroyed, linked by their hashes.
class DeadNodes {
 public:
  void Add(Node* node) {
    node->hash.store(reinterpret_cast<size_t>(first_), std::memory_order_relaxed);
    first_ = node;
  }
  // Null if there is none, also not among those whose references `shared` still has.
  Node* Next(SharedNodes& shared);

 private:
  Node* first_ = nullptr;
};

// References that are given up but still counted, of nodes to which others refer as well, such as
// the keys of dicts of one form. A hot path: one atomic operation does for all of a node that come
// close together.
class SharedNodes {
 public:
  void GiveUp(Node* node, DeadNodes& dead) {
    Slot& slot = slots_[(reinterpret_cast<uintptr_t>(node) / kGranularity) % slots_.size()];
    if (slot.node != node) {
      Release(slot, dead);
      slot.node = node;
    }
    ++slot.references;
  }
  void ReleaseAll(DeadNodes& dead) {
    for (Slot& slot : slots_) Release(slot, dead);
  }

 private:
  static constexpr size_t kGranularity = 16;  // of addresses
  struct Slot {
    Node* node = nullptr;
    uint32_t references = 0;
  };

  static void Release(Slot& slot, DeadNodes& dead) {
    const Slot released = std::exchange(slot, Slot());
    if (released.node == nullptr) return;
    const uint32_t before =
        released.node->references.fetch_sub(released.references, std::memory_order_acq_rel);
    if (before == released.references) dead.Add(released.node);
  }

  std::array<Slot, 16> slots_ = {};
};

Node* DeadNodes::Next(SharedNodes& shared) {
  if (first_ == nullptr) shared.ReleaseAll(*this);
  Node* node = first_;
  if (node != nullptr) {
    first_ = reinterpret_cast<Node*>(node->hash.load(std::memory_order_relaxed));
  }
  return node;
}

template <typename AnyNode>
void Delete(AnyNode* node, NodeBlocks::Freeing& freeing) {
  const uint16_t distance = node->distance;
  node->~AnyNode();
  freeing.Free(node, distance);
}

}  // namespace

void Destroy(Node* node) {
  NodeBlocks::Freeing freeing;
  if (!HasItems(*node)) {
    Delete(static_cast<TextNode*>(node), freeing);
    return;
  }
  DeadNodes dead;
  dead.Add(node);
  SharedNodes shared;
  while (Node* next = dead.Next(shared)) {
    if (!HasItems(*next)) {
      Delete(static_cast<TextNode*>(next), freeing);
      continue;
    }
    auto* container = static_cast<ItemsNode*>(next);
    for (PyValue& item : container->items) {
      Node* child = PyValueAccess::Detach(item);
      if (child == nullptr) continue;
      if (child->references.load(std::memory_order_acquire) == 1) {
        dead.Add(child);
      } else {
        shared.GiveUp(child, dead);
      }
    }
    Delete(container, freeing);
  }
}

}  // namespace someos::multiprocessing::internal
