// Lines of an input that is no terminal.

#ifndef SOMEOS_BACKENDS_LINE_BASE_UNREAD_LINES_H_
#define SOMEOS_BACKENDS_LINE_BASE_UNREAD_LINES_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_base {

// What has been read and not been taken as a line.
class UnreadLines {
 public:
  void Add(absl::string_view bytes) {
    bytes_.erase(0, at_);
    at_ = 0;
    bytes_.append(bytes.data(), bytes.size());
  }

  bool HasLine() const { return bytes_.find('\n', at_) != std::string::npos; }
  bool empty() const { return at_ == bytes_.size(); }

  // The next line, without its newline; nullopt if there is no newline. If the input has ended,
  // what is behind the last newline is a line as well, unless it is empty.
  std::optional<std::string> Take(bool ended) {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string::npos && (!ended || empty())) return std::nullopt;
    std::string line = bytes_.substr(at_, end - at_);
    at_ = end == std::string::npos ? bytes_.size() : end + 1;
    return line;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;  // where the next line begins
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_UNREAD_LINES_H_
