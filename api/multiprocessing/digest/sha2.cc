#include "someos/api/multiprocessing/digest/sha2.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/digest/padded_blocks.h"
#include "someos/api/multiprocessing/digest/words.h"

namespace someos::multiprocessing::internal {
namespace {

// How a function of FIPS 180-4 mixes the bits of one word: two rotations, and a third one or a
// shift.
struct Mix {
  int first;
  int second;
  int third;
};

// SHA-256 and SHA-512 (of which SHA-384 is the beginning) differ in these alone.
struct Narrow {
  using Word = uint32_t;
  static constexpr size_t kBlockSize = 64;
  static constexpr size_t kLengthSize = 8;
  static constexpr Mix kSum0 = {2, 13, 22}, kSum1 = {6, 11, 25};
  static constexpr Mix kSmall0 = {7, 18, 3}, kSmall1 = {17, 19, 10};
  static constexpr std::array<uint32_t, 64> kConstants = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2,
  };
};
struct Wide {
  using Word = uint64_t;
  static constexpr size_t kBlockSize = 128;
  static constexpr size_t kLengthSize = 16;
  static constexpr Mix kSum0 = {28, 34, 39}, kSum1 = {14, 18, 41};
  static constexpr Mix kSmall0 = {1, 8, 7}, kSmall1 = {19, 61, 6};
  static constexpr std::array<uint64_t, 80> kConstants = {
      0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
      0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
      0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
      0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
      0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
      0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
      0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
      0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
      0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
      0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
      0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
      0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
      0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
      0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
      0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
      0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
      0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
      0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
      0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
      0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
  };
};

template <typename Word>
Word Sum(Word x, Mix mix) {
  return RotateRight(x, mix.first) ^ RotateRight(x, mix.second) ^ RotateRight(x, mix.third);
}
template <typename Word>
Word Small(Word x, Mix mix) {
  return RotateRight(x, mix.first) ^ RotateRight(x, mix.second) ^ (x >> mix.third);
}

template <typename Width>
using State = std::array<typename Width::Word, 8>;

template <typename Width>
void Compress(absl::string_view block, State<Width>& state) {
  using Word = typename Width::Word;
  constexpr size_t kRounds = Width::kConstants.size();
  std::array<Word, kRounds> schedule;
  for (size_t i = 0; i < kRounds; ++i) {
    schedule[i] = i < 16 ? LoadBig<Word>(block.substr(i * sizeof(Word)))
                         : Small(schedule[i - 2], Width::kSmall1) + schedule[i - 7] +
                               Small(schedule[i - 15], Width::kSmall0) + schedule[i - 16];
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (size_t i = 0; i < kRounds; ++i) {
    const Word t1 =
        h + Sum(e, Width::kSum1) + ((e & f) ^ (~e & g)) + Width::kConstants[i] + schedule[i];
    const Word t2 = Sum(a, Width::kSum0) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const State<Width> added = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < added.size(); ++i) state[i] += added[i];
}

template <typename Width>
std::string Run(State<Width> state, absl::string_view message, size_t size) {
  ForEachPaddedBlock<Width::kBlockSize, Width::kLengthSize>(
      message, LengthOrder::kBigEndian,
      [&](absl::string_view block) { Compress<Width>(block, state); });
  std::string digest;
  for (const typename Width::Word word : state) AppendBig(word, digest);
  digest.resize(size);
  return digest;
}

}  // namespace

std::string Sha256(absl::string_view message) {
  return Run<Narrow>({0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                      0x1f83d9ab, 0x5be0cd19},
                     message, 32);
}

std::string Sha384(absl::string_view message) {
  return Run<Wide>({0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4},
                   message, 48);
}

}  // namespace someos::multiprocessing::internal
