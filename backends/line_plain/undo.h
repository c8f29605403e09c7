// What was changed in a line, to be taken back.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_UNDO_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_UNDO_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos::line_plain {

// A change: at `at`, `removed` was there before and `inserted` is there since.
struct Edit {
  size_t at = 0;
  std::string removed;
  std::string inserted;
  size_t cursor = 0;  // before the change
};

class Undo {
 public:
  // The most characters, typed one after the other, that are taken back at once.
  static constexpr size_t kMostTyped = 20;

  // Adds a change. One that types a character right behind the one before is joined with it.
  void Add(Edit edit, bool typed);

  // The next typed character is a change of its own.
  void Separate() { joins_ = false; }

  // The last change, which is taken off; nullopt if there is none.
  std::optional<Edit> Take();

  bool empty() const { return edits_.empty(); }
  void Clear();

 private:
  std::vector<Edit> edits_;
  bool joins_ = false;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_UNDO_H_
