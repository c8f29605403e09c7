#include "someos/backends/line_plain/kill_ring.h"

#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace someos::line_plain {

void KillRing::Kill(absl::string_view text, KillDirection direction, bool joins) {
  if (text.empty()) return;
  if (!joins || empty()) {
    texts_.emplace_front(text);
    if (texts_.size() > kMost) texts_.pop_back();
  } else if (direction == KillDirection::kForward) {
    texts_.front().append(text.data(), text.size());
  } else {
    texts_.front().insert(0, text.data(), text.size());
  }
}

void KillRing::Rotate() {
  if (texts_.empty()) return;
  std::string current = std::move(texts_.front());
  texts_.pop_front();
  texts_.push_back(std::move(current));
}

}  // namespace someos::line_plain
