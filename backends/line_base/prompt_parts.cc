#include "someos/backends/line_base/prompt_parts.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos::line_base {
namespace {

constexpr char kInvisibleBegin = '\1';
constexpr char kInvisibleEnd = '\2';

// The bytes of the control sequence that `text` begins with; 0: it begins with none.
size_t ControlSequence(absl::string_view text) {
  if (!absl::StartsWith(text, "\033[")) return 0;
  for (size_t i = 2; i < text.size(); ++i) {
    if (text[i] >= '@' && text[i] <= '~') return i + 1;
  }
  return 0;
}

}  // namespace

PromptPart TakePromptPart(absl::string_view& prompt) {
  PromptPart part = {prompt, true};
  size_t size = ControlSequence(prompt);
  if (size > 0) {
    part = {prompt.substr(0, size), false};
  } else if (prompt[0] == kInvisibleBegin) {
    const size_t end = std::min(prompt.find(kInvisibleEnd), prompt.size());
    part = {prompt.substr(1, end - 1), false};
    size = std::min(end + 1, prompt.size());
  } else {
    size = std::min(prompt.find_first_of("\033\1", 1), prompt.size());
    part = {prompt.substr(0, size), true};
  }
  prompt.remove_prefix(size);
  return part;
}

std::string MarkedPrompt(absl::string_view prompt, absl::string_view begin, absl::string_view end) {
  std::string marked;
  while (!prompt.empty()) {
    const PromptPart part = TakePromptPart(prompt);
    absl::StrAppend(&marked, part.visible ? "" : begin, part.text, part.visible ? "" : end);
  }
  return marked;
}

std::string VisiblePrompt(absl::string_view prompt) {
  std::string visible;
  while (!prompt.empty()) {
    const PromptPart part = TakePromptPart(prompt);
    if (part.visible) absl::StrAppend(&visible, part.text);
  }
  return visible;
}

}  // namespace someos::line_base
