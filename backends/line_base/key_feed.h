// Bytes from a terminal, for an engine that takes them one by one and would wait for more.

#ifndef SOMEOS_BACKENDS_LINE_BASE_KEY_FEED_H_
#define SOMEOS_BACKENDS_LINE_BASE_KEY_FEED_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_base {

// The bytes that the key at the beginning of `bytes` has: a character of UTF-8, an escape sequence,
// or a whole paste. 0: more are needed to tell.
size_t KeyLength(absl::string_view bytes);

// Gives out whole keys alone, so that the engine does not wait in the middle of one. One thread at
// a time may use it.
class KeyFeed {
 public:
  // The terminal's descriptor, for Await.
  explicit KeyFeed(int input) : input_(input) {}

  void Add(absl::string_view bytes);
  // From now on, what is there is taken for whole keys.
  void Expire() { whole_ = bytes_.size(); }

  // Whether there is a byte that Take returns.
  bool ready() const { return at_ < whole_; }
  // Whether there is the beginning of a key, which Expire would release. That of a paste is not:
  // its end comes, however long that takes.
  bool waiting() const;

  // The next byte of a whole key; nullopt if there is none.
  std::optional<unsigned char> Take();
  // The next byte, whole or not; waits for one. nullopt: the end of the input.
  std::optional<unsigned char> Await();

 private:
  void FindWhole();

  const int input_;
  std::string bytes_;
  size_t at_ = 0;     // the next byte
  size_t whole_ = 0;  // the end of the whole keys
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_KEY_FEED_H_
