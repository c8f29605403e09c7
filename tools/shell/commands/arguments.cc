#include "someos/tools/shell/commands/arguments.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {

absl::StatusOr<uint64_t> NumberOf(const Word& word) {
  uint64_t number = 0;
  if (absl::SimpleAtoi(word.text, &number)) return number;
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(Quoted(word.text), " is not a number from 0 on"));
}

absl::StatusOr<absl::Duration> DurationOf(const Word& word) {
  absl::Duration duration;
  if (absl::ParseDuration(word.text, &duration) && duration >= absl::ZeroDuration()) {
    return duration;
  }
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(Quoted(word.text), " is not a time such as 20ms, 1.5s or inf"));
}

}  // namespace someos::shell
