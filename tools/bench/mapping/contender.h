// The interface of a contender for the workloads on mappings: a class
//
//   class Contender {
//    public:
//     static constexpr bool kReads;     // has ForAll and At
//     static constexpr bool kFinds;     // has Find and Rfind
//     static constexpr bool kResizes;   // has Resize
//     static constexpr bool kRecovers;  // has ReadLost
//
//     // Maps the file of `size` bytes, for reading, or for both.
//     Contender(int fd, size_t size, bool writable);
//     // Calls body(const char* bytes, size_t size) for all bytes, in one or more parts.
//     template <typename Body> void ForAll(Body body);
//     // Calls body(const char* bytes) for those at `offset`, of which `size` are used.
//     template <typename Body> void At(size_t offset, size_t size, Body body);
//     // Whether the bytes occur in the file.
//     bool Find(absl::string_view needle);
//     bool Rfind(absl::string_view needle);
//     // Changes the sizes of file and mapping.
//     void Resize(size_t size);
//     // Reads the first byte of the file, which is empty.
//     void ReadLost();
//   };
//
// A failure terminates the program.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_CONTENDER_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_CONTENDER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace someos::bench {

// What is done with the bytes: a sum of the words.
inline uint64_t Sum(const char* bytes, size_t size) {
  uint64_t sum = 0;
  for (size_t i = 0; i + sizeof(sum) <= size; i += sizeof(sum)) {
    uint64_t word;
    std::memcpy(&word, bytes + i, sizeof(word));
    sum += word;
  }
  return sum;
}

// The compiler must assume that the value is used.
inline void Use(uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_CONTENDER_H_
