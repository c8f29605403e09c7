// What of a prompt takes columns.

#ifndef SOMEOS_BACKENDS_LINE_BASE_PROMPT_PARTS_H_
#define SOMEOS_BACKENDS_LINE_BASE_PROMPT_PARTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_base {

struct PromptPart {
  absl::string_view text;
  bool visible;  // or takes no columns
};

// Takes the first part off the prompt, which is not empty. What takes no columns: control sequences
// (ESC [ ... and a letter), and what the prompt itself has between the bytes 1 and 2.
PromptPart TakePromptPart(absl::string_view& prompt);

// The prompt, where what takes no columns stands between `begin` and `end`, once each.
std::string MarkedPrompt(absl::string_view prompt, absl::string_view begin, absl::string_view end);

// What is visible of it.
std::string VisiblePrompt(absl::string_view prompt);

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_PROMPT_PARTS_H_
