// Random numbers that are the same everywhere.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_DICE_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_DICE_H_

#include <cstddef>
#include <cstdint>
#include <random>

namespace someos::thread_stepped {

// The distributions of the standard library differ from one to another; its generators do not.
class Dice {
 public:
  explicit Dice(uint64_t seed) : generator_(seed) {}

  // 0 to sides - 1.
  size_t Roll(size_t sides) { return static_cast<size_t>(generator_() % sides); }

 private:
  std::mt19937_64 generator_;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_DICE_H_
