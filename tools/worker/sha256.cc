#include "someos/tools/worker/sha256.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/tools/worker/sha256_constants.h"
#include "someos/tools/worker/sha256_instructions.h"

namespace someos::worker {
namespace {

constexpr size_t kBlock = 64;
constexpr size_t kLengthAt = 56;  // of the last block

uint32_t Rotated(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

uint32_t BigEndian(const unsigned char* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

void Extend(uint32_t (&words)[64]) {
  for (int i = 16; i < 64; ++i) {
    const uint32_t a = words[i - 15];
    const uint32_t b = words[i - 2];
    words[i] = words[i - 16] + words[i - 7] + (Rotated(a, 7) ^ Rotated(a, 18) ^ a >> 3) +
               (Rotated(b, 17) ^ Rotated(b, 19) ^ b >> 10);
  }
}

void MixBlock(Sha256State& state, const unsigned char* block) {
  uint32_t words[64];
  for (int i = 0; i < 16; ++i) words[i] = BigEndian(block + 4 * i);
  Extend(words);
  Sha256State s = state;
  for (int i = 0; i < 64; ++i) {
    const uint32_t e = s[4];
    const uint32_t a = s[0];
    const uint32_t first = s[7] + (Rotated(e, 6) ^ Rotated(e, 11) ^ Rotated(e, 25)) +
                           ((e & s[5]) ^ (~e & s[6])) + kSha256Constants[i] + words[i];
    const uint32_t second = (Rotated(a, 2) ^ Rotated(a, 13) ^ Rotated(a, 22)) +
                            ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    s = {first + second, s[0], s[1], s[2], s[3] + first, s[4], s[5], s[6]};
  }
  for (size_t i = 0; i < state.size(); ++i) state[i] += s[i];
}

}  // namespace

void MixBlocksPortably(Sha256State& state, const unsigned char* blocks, size_t count) {
  for (size_t i = 0; i < count; ++i) MixBlock(state, blocks + kBlock * i);
}

void MixBlocks(Sha256State& state, const unsigned char* blocks, size_t count) {
  static const bool kInstructions = HasSha256Instructions();
  if (kInstructions) {
    MixBlocksByInstructions(state.data(), blocks, count);
  } else {
    MixBlocksPortably(state, blocks, count);
  }
}

void Sha256::Update(absl::string_view data) {
  size_ += data.size();
  const auto* next = reinterpret_cast<const unsigned char*>(data.data());
  size_t left = data.size();
  if (rest_size_ > 0) {
    const size_t taken = std::min(left, kBlock - rest_size_);
    std::copy_n(next, taken, rest_.begin() + rest_size_);
    rest_size_ += taken;
    next += taken;
    left -= taken;
    if (rest_size_ < kBlock) return;
    MixBlocks(state_, rest_.data(), 1);
    rest_size_ = 0;
  }
  MixBlocks(state_, next, left / kBlock);
  rest_size_ = left % kBlock;
  std::copy_n(next + (left - rest_size_), rest_size_, rest_.begin());
}

std::string Sha256::Finish() {
  const uint64_t bits = size_ * 8;
  rest_[rest_size_++] = 0x80;
  if (rest_size_ > kLengthAt) {
    std::fill(rest_.begin() + rest_size_, rest_.end(), 0);
    MixBlocks(state_, rest_.data(), 1);
    rest_size_ = 0;
  }
  std::fill(rest_.begin() + rest_size_, rest_.begin() + kLengthAt, 0);
  for (int i = 0; i < 8; ++i) {
    rest_[kLengthAt + i] = static_cast<unsigned char>(bits >> (56 - 8 * i));
  }
  MixBlocks(state_, rest_.data(), 1);
  std::string digest;
  for (const uint32_t word : state_) {
    for (int shift = 24; shift >= 0; shift -= 8) digest += static_cast<char>(word >> shift);
  }
  return digest;
}

}  // namespace someos::worker
