// SHA-256 (FIPS 180-4) of data that comes in parts, with the processor's instructions for it where
// it has them.

#ifndef SOMEOS_TOOLS_WORKER_SHA256_H_
#define SOMEOS_TOOLS_WORKER_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::worker {

using Sha256State = std::array<uint32_t, 8>;

// Mixes `count` blocks of 64 bytes into the state. Chosen once, by what the processor has.
void MixBlocks(Sha256State& state, const unsigned char* blocks, size_t count);

// The same without such instructions; for tests too.
void MixBlocksPortably(Sha256State& state, const unsigned char* blocks, size_t count);

class Sha256 {
 public:
  void Update(absl::string_view data);
  // The digest, of 32 bytes. Once.
  std::string Finish();

  static std::string Of(absl::string_view data) {
    Sha256 digest;
    digest.Update(data);
    return digest.Finish();
  }

 private:
  Sha256State state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest_;
  size_t rest_size_ = 0;
  uint64_t size_ = 0;
};

}  // namespace someos::worker

#endif  // SOMEOS_TOOLS_WORKER_SHA256_H_
