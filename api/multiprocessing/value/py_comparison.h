// Python's == for values. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_COMPARISON_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_COMPARISON_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "someos/api/multiprocessing/value/py_node.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// Compares shared parts once, so that the time grows with the number of nodes, not with what they
// expand to. Uses stack for sets in sets alone.
class Comparison {
 public:
  bool Equal(const PyValue& a, const PyValue& b);

  // What the comparisons so far have cost, in values looked at.
  size_t steps() const { return steps_; }

 private:
  using Pair = std::pair<const Node*, const Node*>;
  using Pending = std::vector<std::pair<const PyValue*, const PyValue*>>;

  bool EqualSlowly(const PyValue& a, const PyValue& b);
  // False if a and b differ; otherwise adds what remains to be compared.
  bool EqualSoFar(const PyValue& a, const PyValue& b, Pending& pending);
  bool EqualKeys(const PyValue& a, const PyValue& b, Pending& pending);

  size_t steps_ = 0;
  absl::flat_hash_set<Pair> equal_;  // known from comparisons that have ended
  absl::flat_hash_set<Pair> seen_;   // in the one that has not
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_COMPARISON_H_
