// mmap(2) without any layer, memmem(3), and ftruncate(2) with mremap(2).

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_RAW_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_RAW_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "absl/strings/string_view.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

class RawMmap {
 public:
  static constexpr bool kReads = true;
  static constexpr bool kFinds = true;
#ifdef __linux__
  static constexpr bool kResizes = true;
#else
  static constexpr bool kResizes = false;
#endif
  static constexpr bool kRecovers = true;

  RawMmap(int fd, size_t size, bool writable)
      : fd_(fd),
        size_(size),
        data_(static_cast<char*>(
            ::mmap(nullptr, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0))) {
    Require(data_ != MAP_FAILED);
  }
  RawMmap(const RawMmap&) = delete;
  RawMmap& operator=(const RawMmap&) = delete;
  ~RawMmap() { munmap(data_, size_); }

  template <typename Body>
  void ForAll(Body body) {
    body(data_, size_);
  }
  template <typename Body>
  void At(size_t offset, size_t, Body body) {
    body(data_ + offset);
  }

  bool Find(absl::string_view needle) {
    return memmem(data_, size_, needle.data(), needle.size()) != nullptr;
  }
  // There is no function for it.
  bool Rfind(absl::string_view needle) { return Find(needle); }

#ifdef __linux__
  void Resize(size_t size) {
    Require(ftruncate(fd_, static_cast<off_t>(size)) == 0);
    data_ = static_cast<char*>(mremap(data_, size_, size, MREMAP_MAYMOVE));
    Require(data_ != MAP_FAILED);
    size_ = size;
  }
#endif

  // It would end the program.
  void ReadLost() {}

 private:
  const int fd_;
  size_t size_;
  char* data_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_RAW_H_
