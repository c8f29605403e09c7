// Finds the places of keys in a large container by their hashes. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_INDEX_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_INDEX_H_

#include <cstddef>
#include <vector>

namespace someos::multiprocessing::internal {

class PyIndex {
 public:
  // Adds a place that is not there yet.
  void Add(size_t hash, size_t place) {
    if (2 * ++used_ > slots_.size()) Grow();
    Put({hash, place + 1});
  }

  // The first place with this hash for which `matches(place)` holds; `none` otherwise.
  template <typename Matches>
  size_t Find(size_t hash, size_t none, Matches matches) const {
    if (slots_.empty()) return none;
    for (size_t i = hash & (slots_.size() - 1); slots_[i].place != 0;
         i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].hash == hash && matches(slots_[i].place - 1)) return slots_[i].place - 1;
    }
    return none;
  }

 private:
  struct Slot {
    size_t hash = 0;
    size_t place = 0;  // plus one; 0: free
  };

  void Put(const Slot& slot) {
    size_t i = slot.hash & (slots_.size() - 1);
    while (slots_[i].place != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = slot;
  }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 32 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.place != 0) Put(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most half used
  size_t used_ = 0;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_INDEX_H_
