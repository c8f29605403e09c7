// A schedule as printable text.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_TOKEN_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace someos::thread_stepped {

// All that a schedule depends on, besides the body. It does not depend on the policy.
struct Token {
  // By decision: the index of the candidate that went on. Behind the last one the first candidate
  // always goes on.
  std::vector<uint32_t> choices;
  bool after_operations = true;  // see Policy
  absl::Duration longest_pause = absl::Milliseconds(500);
  int64_t max_steps = 100'000;
};

// "a1:12b3a0a": behind the colon, for each choice that is not the first candidate, how many first
// ones come before it, and a letter, `a` for the second candidate. In front of it `a` or `b`: with
// decisions after operations or only before; 1 is the version. Pause and steps follow if they are
// not the defaults: "b1p250000000s500:4a", the pause in nanoseconds.
std::string FormatToken(const Token& token);

// kInvalidArgument if the text is no token.
absl::StatusOr<Token> ParseToken(absl::string_view text);

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_TOKEN_H_
