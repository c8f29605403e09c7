// What a map's items are divided into. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_CHUNKING_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_CHUNKING_H_

#include <algorithm>
#include <cstddef>

namespace someos::multiprocessing::pool {

class Chunking {
 public:
  // Chunks of `size` items, 1 or more; the last one is the rest.
  constexpr Chunking(size_t items, size_t size) : items_(items), size_(size) {}

  // As Python's Pool.map does: four chunks per worker, or a few less.
  static constexpr Chunking ForWorkers(size_t items, size_t workers) {
    return Chunking(items, std::max(size_t{1}, Quotient(items, workers * 4)));
  }

  constexpr size_t items() const { return items_; }
  constexpr size_t chunks() const { return Quotient(items_, size_); }
  // The number of a chunk's first item, and how many it has.
  constexpr size_t FirstOf(size_t chunk) const { return chunk * size_; }
  constexpr size_t SizeOf(size_t chunk) const { return std::min(size_, items_ - FirstOf(chunk)); }

 private:
  static constexpr size_t Quotient(size_t dividend, size_t divisor) {  // rounded up
    return dividend / divisor + (dividend % divisor != 0 ? 1 : 0);
  }

  size_t items_;
  size_t size_;
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_CHUNKING_H_
