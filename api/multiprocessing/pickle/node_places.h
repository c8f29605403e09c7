// The places of nodes in the memo of a pickle that is being written. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_NODE_PLACES_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_NODE_PLACES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/api/multiprocessing/value/py_node.h"

namespace someos::multiprocessing::internal {

// A hot path: dicts of one form share their keys, so that nearly every key is looked up here. An
// open-addressed table, whose hash is one multiplication: addresses differ in their middle bits.
class NodePlaces {
 public:
  // A node that is not there yet.
  void Add(const Node* node, uint32_t place) {
    if (2 * ++used_ > slots_.size()) Grow();
    Put({node, place});
  }

  bool Find(const Node* node, uint32_t& place) const {
    if (slots_.empty()) return false;
    for (size_t i = FirstSlot(node); slots_[i].node != nullptr; i = Next(i)) {
      if (slots_[i].node != node) continue;
      place = slots_[i].place;
      return true;
    }
    return false;
  }

 private:
  struct Slot {
    const Node* node = nullptr;  // null: free
    uint32_t place = 0;
  };

  size_t FirstSlot(const Node* node) const {
    constexpr uint64_t kOddFraction = 0x9e3779b97f4a7c15;  // of 2^64, the golden ratio
    const auto address = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(node));
    return static_cast<size_t>((address * kOddFraction) >> 32) & (slots_.size() - 1);
  }
  size_t Next(size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void Put(const Slot& slot) {
    size_t i = FirstSlot(slot.node);
    while (slots_[i].node != nullptr) i = Next(i);
    slots_[i] = slot;
  }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 32 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.node != nullptr) Put(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most half used
  size_t used_ = 0;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_NODE_PLACES_H_
