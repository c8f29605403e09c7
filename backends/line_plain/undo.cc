#include "someos/backends/line_plain/undo.h"

#include <optional>
#include <utility>

namespace someos::line_plain {

void Undo::Add(Edit edit, bool typed) {
  const bool joins = joins_ && typed && !edits_.empty();
  joins_ = typed;
  if (joins) {
    Edit& last = edits_.back();
    if (edit.at == last.at + last.inserted.size() && last.inserted.size() < kMostTyped) {
      last.inserted += edit.inserted;
      return;
    }
  }
  edits_.push_back(std::move(edit));
}

std::optional<Edit> Undo::Take() {
  joins_ = false;
  if (edits_.empty()) return std::nullopt;
  Edit edit = std::move(edits_.back());
  edits_.pop_back();
  return edit;
}

void Undo::Clear() {
  edits_.clear();
  joins_ = false;
}

}  // namespace someos::line_plain
