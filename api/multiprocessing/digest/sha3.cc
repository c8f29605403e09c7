#include "someos/api/multiprocessing/digest/sha3.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/digest/words.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr std::array<uint64_t, 24> kRoundConstants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};
// The lanes in the order in which one takes the place of the next, and how far each is rotated.
constexpr std::array<size_t, 24> kLanes = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                           15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
constexpr std::array<int, 24> kRotations = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                            27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};

using State = std::array<uint64_t, 25>;

void Diffuse(State& state) {
  std::array<uint64_t, 5> parity = {};
  for (size_t i = 0; i < state.size(); ++i) parity[i % 5] ^= state[i];
  for (size_t i = 0; i < state.size(); ++i) {
    state[i] ^= parity[(i + 4) % 5] ^ RotateLeft(parity[(i + 1) % 5], 1);
  }
}

void Permute(State& state) {
  uint64_t moved = state[1];
  for (size_t i = 0; i < kLanes.size(); ++i) {
    const uint64_t replaced = state[kLanes[i]];
    state[kLanes[i]] = RotateLeft(moved, kRotations[i]);
    moved = replaced;
  }
}

void Combine(State& state) {
  for (size_t row = 0; row < state.size(); row += 5) {
    std::array<uint64_t, 5> before;
    for (size_t i = 0; i < 5; ++i) before[i] = state[row + i];
    for (size_t i = 0; i < 5; ++i) state[row + i] ^= ~before[(i + 1) % 5] & before[(i + 2) % 5];
  }
}

void Absorb(absl::string_view block, State& state) {
  for (size_t i = 0; i < block.size() / 8; ++i) {
    state[i] ^= LoadLittle<uint64_t>(block.substr(8 * i));
  }
  for (const uint64_t constant : kRoundConstants) {
    Diffuse(state);
    Permute(state);
    Combine(state);
    state[0] ^= constant;
  }
}

std::string Run(absl::string_view message, size_t size) {
  const size_t rate = 200 - 2 * size;
  State state = {};
  for (; message.size() >= rate; message.remove_prefix(rate)) {
    Absorb(message.substr(0, rate), state);
  }
  std::string last;
  last.reserve(rate);  // no copy of a key is left unwiped
  last.append(message.data(), message.size());
  last.push_back('\x06');
  last.resize(rate);
  last.back() = static_cast<char>(last.back() | '\x80');
  Absorb(last, state);
  Wipe(last);
  std::string digest;
  for (size_t i = 0; i < size / 8; ++i) AppendLittle(state[i], digest);
  return digest;
}

}  // namespace

std::string Sha3_256(absl::string_view message) { return Run(message, 32); }

std::string Sha3_384(absl::string_view message) { return Run(message, 48); }

}  // namespace someos::multiprocessing::internal
