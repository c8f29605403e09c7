// Pickles that nobody has written.

#ifndef SOMEOS_TESTING_INTEROP_PICKLE_PICKLE_MUTATOR_H_
#define SOMEOS_TESTING_INTEROP_PICKLE_PICKLE_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

// Changes pickles at random, the same way for the same seed.
class PickleMutator {
 public:
  explicit PickleMutator(uint64_t seed) : random_(seed) {}

  // One of `pickles`, which are not empty, with a change or two: a byte is another one or an
  // opcode, bytes are removed, repeated or taken from another pickle.
  std::string Mutated(const std::vector<std::string>& pickles);

 private:
  size_t Below(size_t limit) { return static_cast<size_t>(random_() % limit); }
  absl::string_view PieceOf(absl::string_view pickle);
  void Change(std::string& pickle, absl::string_view other);

  std::mt19937_64 random_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_INTEROP_PICKLE_PICKLE_MUTATOR_H_
