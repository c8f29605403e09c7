// What was killed, to be yanked.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_KILL_RING_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_KILL_RING_H_

#include <cstddef>
#include <deque>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_plain {

enum class KillDirection { kForward, kBackward };

// The last kMost texts that were killed.
class KillRing {
 public:
  static constexpr size_t kMost = 10;

  // Adds a text, or joins it with the last one if `joins`: behind it if the cursor killed forward,
  // before it if backward. An empty text changes nothing.
  void Kill(absl::string_view text, KillDirection direction, bool joins);

  bool empty() const { return texts_.empty(); }
  // The text that is yanked. Not if empty().
  const std::string& Current() const { return texts_.front(); }
  // Makes the text before it the current one; behind the oldest comes the newest.
  void Rotate();

 private:
  std::deque<std::string> texts_;  // the current one first
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_KILL_RING_H_
