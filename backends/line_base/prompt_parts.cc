#include "someos/backends/line_base/prompt_parts.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos::line_base {
namespace {

constexpr char kInvisibleBegin = '\1';
constexpr char kInvisibleEnd = '\2';

// The bytes of ESC [ ... and a letter at the beginning; 0: there is none.
size_t ControlSequence(absl::string_view text) {
  if (!absl::StartsWith(text, "\033[")) return 0;
  const size_t end = text.find_first_not_of("0123456789;?", 2);
  return end == absl::string_view::npos ? text.size() : end + 1;
}

// Takes the next part off the prompt: one that takes no columns, or one that does.
struct Part {
  absl::string_view text;
  bool visible;
};

Part TakePart(absl::string_view& prompt) {
  Part part = {prompt, true};
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

}  // namespace

std::string MarkedPrompt(absl::string_view prompt, absl::string_view begin, absl::string_view end) {
  std::string marked;
  while (!prompt.empty()) {
    const Part part = TakePart(prompt);
    absl::StrAppend(&marked, part.visible ? "" : begin, part.text, part.visible ? "" : end);
  }
  return marked;
}

std::string VisiblePrompt(absl::string_view prompt) {
  std::string visible;
  while (!prompt.empty()) {
    const Part part = TakePart(prompt);
    if (part.visible) absl::StrAppend(&visible, part.text);
  }
  return visible;
}

std::FILE* OpenCopy(int fd, const char* mode) {
  // Never the number of a standard stream, if one is closed: a child or a message would go there.
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) return nullptr;
  std::FILE* const file = fdopen(copy, mode);
  if (file == nullptr) close(copy);
  return file;
}

}  // namespace someos::line_base
