// The keys of the dicts that a pickle has made lately. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_DICT_SHAPES_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_DICT_SHAPES_H_

#include <array>
#include <cstddef>
#include <vector>

#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// A hot path: dicts of one form follow each other, and get their keys from the memo. Keys that are
// the very nodes of a dict that was made before are known to be different from each other, which
// spares comparing each with each. One form is kept for each number of keys.
//
// `entries` are keys and values in turn, `size` of both together.
class DictShapes {
 public:
  bool Knows(const PyValue* entries, size_t size) const {
    const std::vector<PyValue>& keys = ShapeOf(size);
    if (size == 0 || keys.size() != size / 2) return false;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (PyValueAccess::NodeOf(entries[2 * i]) != PyValueAccess::NodeOf(keys[i])) return false;
    }
    return true;
  }

  // Only strs are kept, which are never changed: holding them has no effect on what a pickle may
  // do.
  void Remember(const PyValue* entries, size_t size) {
    if (size == 0 || size > kMaxSize) return;
    for (size_t i = 0; i < size; i += 2) {
      if (entries[i].kind() != PyKind::kStr) return;
    }
    std::vector<PyValue>& keys = shapes_[size / 2 % kShapes];
    for (PyValue& key : keys) PyValueAccess::DropUncontended(key);
    keys.clear();
    for (size_t i = 0; i < size; i += 2) {
      keys.push_back(PyValueAccess::CopyUncontended(entries[i]));
    }
  }

 private:
  static constexpr size_t kShapes = 8;
  static constexpr size_t kMaxSize = 128;

  const std::vector<PyValue>& ShapeOf(size_t size) const { return shapes_[size / 2 % kShapes]; }

  std::array<std::vector<PyValue>, kShapes> shapes_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_DICT_SHAPES_H_
