// Reads of 64 bytes anywhere in a file that stays mapped, and reads of a byte at its beginning. One
// operation: one read, in a Guard of its own if the contender has them.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RANDOM_READS_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RANDOM_READS_H_

#include <cstddef>
#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/mapping/test_file.h"
#include "someos/tools/bench/mapping/workloads/scan.h"

namespace someos::bench {

template <typename C>
class RandomReads final : public Case {
 public:
  explicit RandomReads(const Parameters& parameters)
      : size_(parameters.bytes), contender_(TextFile(size_), size_, false) {
    SumOfAll(contender_);  // so that no page is met for the first time
  }

  void Run(int64_t rounds) override {
    constexpr size_t kBytes = 64;
    for (; rounds > 0; --rounds) {
      random_ = random_ * 6364136223846793005 + 1442695040888963407;
      const size_t place = (random_ >> 20) % (size_ / kBytes) * kBytes;
      contender_.At(place, kBytes, [](const char* bytes) { Use(Sum(bytes, kBytes)); });
    }
  }

 private:
  const size_t size_;
  C contender_;
  uint64_t random_ = 1;
};

template <typename C, bool kWritable>
class ReadByte final : public Case {
 public:
  explicit ReadByte(const Parameters& parameters)
      : contender_(TextFile(parameters.bytes), parameters.bytes, kWritable) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      contender_.At(static_cast<size_t>(rounds % 64), 1,
                    [](const char* bytes) { Use(static_cast<uint64_t>(*bytes)); });
    }
  }

 private:
  C contender_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RANDOM_READS_H_
