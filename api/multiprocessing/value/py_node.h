// The part of a PyValue that copies share. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_NODE_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_NODE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "someos/api/multiprocessing/value/py_kind.h"

namespace someos::multiprocessing::internal {

struct Node {
  Node(PyKind node_kind, uint16_t distance_in_block)
      : kind(node_kind), unhashable(false), has_state(false), distance(distance_in_block) {}

  const PyKind kind;
  bool unhashable : 1;
  bool has_state : 1;       // of an object
  const uint16_t distance;  // for NodeBlocks::Free
  std::atomic<uint32_t> references{1};
  uint32_t depth = 1;           // levels of values below and including this one
  uint32_t memo_entries = 0;    // of the Unpickler that makes it
  std::atomic<size_t> hash{0};  // 0: not computed; the link to the next one during destruction
};

inline void Retain(Node* node) { node->references.fetch_add(1, std::memory_order_relaxed); }

// Destroys a node without references and whatever only it refers to. Needs neither memory nor, for
// deep values, stack.
void Destroy(Node* node);

// Whether it was the last reference that the caller has given up. The only one needs no atomic
// read-modify-write operation: nobody else could add one at the same time.
inline bool GivesUpLast(Node* node) {
  return node->references.load(std::memory_order_acquire) == 1 ||
         node->references.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

inline void Release(Node* node) {
  if (GivesUpLast(node)) Destroy(node);
}

// The same for nodes that no other thread knows.
inline void RetainUncontended(Node* node) {
  node->references.store(node->references.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
}
inline void ReleaseUncontended(Node* node) {
  const uint32_t references = node->references.load(std::memory_order_relaxed);
  if (references == 1) {
    Destroy(node);
  } else {
    node->references.store(references - 1, std::memory_order_relaxed);
  }
}

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_NODE_H_
