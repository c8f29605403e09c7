// The padding that MD5 and SHA-2 have in common: a bit, zeros and the length of the message in
// bits. Private to the digests.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_PADDED_BLOCKS_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_PADDED_BLOCKS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/digest/words.h"

namespace someos::multiprocessing::internal {

enum class LengthOrder { kLittleEndian, kBigEndian };

// Calls `compress` with each block of `kBlock` bytes of the padded message. The length takes
// `kLength` bytes at the end of the last one.
template <size_t kBlock, size_t kLength, typename Compress>
void ForEachPaddedBlock(absl::string_view message, LengthOrder order, const Compress& compress) {
  const uint64_t bits = uint64_t{8} * message.size();
  for (; message.size() >= kBlock; message.remove_prefix(kBlock)) {
    compress(message.substr(0, kBlock));
  }
  const size_t blocks = message.size() + 1 + kLength <= kBlock ? 1 : 2;
  std::string rest;
  rest.reserve(blocks * kBlock);
  rest.append(message.data(), message.size());
  rest.push_back('\x80');
  rest.resize(blocks * kBlock - (order == LengthOrder::kBigEndian ? sizeof(bits) : kLength));
  if (order == LengthOrder::kBigEndian) {
    AppendBig(bits, rest);
  } else {
    AppendLittle(bits, rest);
  }
  for (size_t i = 0; i < blocks; ++i) {
    compress(absl::string_view(rest).substr(i * kBlock, kBlock));
  }
  Wipe(rest);
}

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_PADDED_BLOCKS_H_
