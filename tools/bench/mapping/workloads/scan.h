// A sum of all bytes of a file in the page cache. One operation: 4,096 bytes.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_SCAN_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_SCAN_H_

#include <cstddef>
#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/mapping/test_file.h"

namespace someos::bench {

template <typename C>
void SumOfAll(C& contender) {
  uint64_t sum = 0;
  contender.ForAll([&sum](const char* bytes, size_t size) { sum += Sum(bytes, size); });
  Use(sum);
}

// Of a file that stays mapped.
template <typename C>
class Scan final : public Case {
 public:
  explicit Scan(const Parameters& parameters)
      : size_(parameters.bytes), contender_(TextFile(size_), size_, false) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) SumOfAll(contender_);
  }
  int64_t operations_per_round() const override { return static_cast<int64_t>(size_ / 4096); }

 private:
  const size_t size_;
  C contender_;
};

// Of a file that is mapped for it, and unmapped.
template <typename C>
class MapAndScan final : public Case {
 public:
  explicit MapAndScan(const Parameters& parameters) : size_(parameters.bytes) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      C contender(TextFile(size_), size_, false);
      SumOfAll(contender);
    }
  }
  int64_t operations_per_round() const override { return static_cast<int64_t>(size_ / 4096); }

 private:
  const size_t size_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_SCAN_H_
