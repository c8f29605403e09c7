// Prompts as libraries of the system want them, and files as they do.

#ifndef SOMEOS_BACKENDS_LINE_BASE_PROMPT_PARTS_H_
#define SOMEOS_BACKENDS_LINE_BASE_PROMPT_PARTS_H_

#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_base {

// The prompt, where what takes no columns stands between `begin` and `end`, once each: control
// sequences, and what the prompt itself has between the bytes 1 and 2.
std::string MarkedPrompt(absl::string_view prompt, absl::string_view begin, absl::string_view end);

// What is visible of it.
std::string VisiblePrompt(absl::string_view prompt);

// A file with a copy of the descriptor, which stays the caller's. nullptr and errno: there is none.
std::FILE* OpenCopy(int fd, const char* mode);

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_PROMPT_PARTS_H_
