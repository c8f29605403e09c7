// Words in bytes, in both orders. Private to the digests.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_WORDS_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_WORDS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// `count` must be between 1 and the width of Word less 1.
template <typename Word>
constexpr Word RotateLeft(Word word, int count) {
  return static_cast<Word>((word << count) | (word >> (8 * sizeof(Word) - count)));
}
template <typename Word>
constexpr Word RotateRight(Word word, int count) {
  return static_cast<Word>((word >> count) | (word << (8 * sizeof(Word) - count)));
}

// The first bytes of `bytes`, which must have as many, as a word.
template <typename Word>
Word LoadLittle(absl::string_view bytes) {
  Word word = 0;
  for (size_t i = sizeof(Word); i-- > 0;) {
    word = static_cast<Word>((word << 8) | static_cast<unsigned char>(bytes[i]));
  }
  return word;
}
template <typename Word>
Word LoadBig(absl::string_view bytes) {
  Word word = 0;
  for (size_t i = 0; i < sizeof(Word); ++i) {
    word = static_cast<Word>((word << 8) | static_cast<unsigned char>(bytes[i]));
  }
  return word;
}

template <typename Word>
void AppendLittle(Word word, std::string& to) {
  for (size_t i = 0; i < sizeof(Word); ++i) to.push_back(static_cast<char>(word >> (8 * i)));
}
template <typename Word>
void AppendBig(Word word, std::string& to) {
  for (size_t i = sizeof(Word); i-- > 0;) to.push_back(static_cast<char>(word >> (8 * i)));
}

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_WORDS_H_
