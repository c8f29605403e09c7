// Functions of the editor that go through the history.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/history_search.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/keymap.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {

using Function = EditorFunction;

bool Editor::Browse(Function function) {
  switch (function) {
    case Function::kPreviousHistory:
      MoveVertically(SearchDirection::kBackward);
      return true;
    case Function::kNextHistory:
      MoveVertically(SearchDirection::kForward);
      return true;
    case Function::kBeginningOfHistory:
      GoTo(0);
      return true;
    case Function::kEndOfHistory:
      GoTo(environment_.history.size());
      return true;
    case Function::kHistorySearchBackward:
      SearchBeginning(SearchDirection::kBackward);
      return true;
    case Function::kHistorySearchForward:
      SearchBeginning(SearchDirection::kForward);
      return true;
    case Function::kReverseSearchHistory:
      BeginSearch(SearchDirection::kBackward);
      return true;
    case Function::kForwardSearchHistory:
      BeginSearch(SearchDirection::kForward);
      return true;
    case Function::kYankLastArg:
      YankLastArg();
      return true;
    default:
      return false;
  }
}

// What was changed in the entry that is left is there when it is gone to again, until the line
// ends.
void Editor::GoTo(size_t entry) {
  const History& history = environment_.history;
  changed_[entry_] = line_.text();
  entry_ = std::min(entry, history.size());
  const auto changed = changed_.find(entry_);
  if (changed != changed_.end()) {
    line_.Reset(changed->second);
  } else {
    line_.Reset(entry_ < history.size() ? history[entry_] : "");
  }
}

// Within an entry of several lines from one to the other; otherwise from entry to entry.
void Editor::MoveVertically(SearchDirection direction) {
  const size_t begin = line_.BeginningOfLine(line_.cursor());
  const size_t end = line_.EndOfLine(line_.cursor());
  const size_t column = line_.cursor() - begin;
  const bool backward = direction == SearchDirection::kBackward;
  if (backward && begin > 0) {
    MoveIntoLine(line_.BeginningOfLine(begin - 1), column);
  } else if (!backward && end < line_.text().size()) {
    MoveIntoLine(end + 1, column);
  } else if (backward ? entry_ == 0 : entry_ >= environment_.history.size()) {
    Bell();
  } else {
    GoTo(backward ? entry_ - 1 : entry_ + 1);
  }
}

// To the character of the line that is `column` bytes behind its beginning, or the last one before.
void Editor::MoveIntoLine(size_t begin, size_t column) {
  const size_t most = std::min(begin + column, line_.EndOfLine(begin));
  size_t place = begin;
  for (size_t next = place; next <= most; next = line_.NextCharacter(place)) {
    place = next;
    if (place == line_.text().size()) break;
  }
  line_.MoveTo(place);
}

void Editor::SearchBeginning(SearchDirection direction) {
  const size_t cursor = line_.cursor();
  const std::string beginning = line_.text().substr(0, cursor);
  const std::optional<size_t> found =
      FindBeginning(environment_.history, beginning, entry_, direction);
  if (!found.has_value()) return Bell();
  GoTo(*found);
  line_.MoveTo(std::min(cursor, line_.text().size()));
}

// The last word of the entry before; again, of the one before that.
void Editor::YankLastArg() {
  const bool goes_on = last_function_ == Function::kYankLastArg && last_yanked_at_.has_value();
  if (!goes_on) last_arg_entry_ = environment_.history.size();
  last_arg_entry_ = std::min(last_arg_entry_, environment_.history.size());
  if (last_arg_entry_ == 0) return Bell();
  const absl::string_view entry =
      absl::StripTrailingAsciiWhitespace(environment_.history[--last_arg_entry_]);
  const std::string word(entry.substr(entry.find_last_of(" \t\n") + 1));
  yanked_at_ = goes_on ? *last_yanked_at_ : line_.cursor();
  line_.Replace(*yanked_at_, line_.cursor(), word);
}

void Editor::BeginSearch(SearchDirection direction) {
  const size_t cursor = line_.cursor();
  search_ = Search{direction, "", false, {entry_, cursor}, false, entry_, line_.text(), cursor};
}

// Keys while a search is on. False: it has ended, and the key is to do what it does.
bool Editor::PressInSearch(const Key& key) {
  shown_ = false;
  const Keymap::Found found = environment_.keymap.Find({key});
  const auto* const function =
      found.match == Keymap::Match::kBinding ? std::get_if<Function>(found.binding) : nullptr;
  const bool is_text = key.code == KeyCode::kCharacter && !key.alt && !key.control &&
                       key.value >= ' ' && key.value != kRubout &&
                       (function == nullptr || *function == Function::kSelfInsert);
  if (is_text) {
    AppendUtf8(key.value, search_->text);
    // Many characters may come at once, and the history is long.
    if (search_->absent) {
      Bell();
    } else {
      SearchFromMatch();
    }
    return true;
  }
  if (key == Key::Character(kEscape)) {
    EndSearch(false);
    return true;
  }
  if (function != nullptr && *function == Function::kAbort) {
    EndSearch(true);
    Bell();
    return true;
  }
  if (function != nullptr && *function == Function::kBackwardDeleteChar) {
    while (!search_->text.empty()) {
      const bool continues = (static_cast<unsigned char>(search_->text.back()) & 0xc0) == 0x80;
      search_->text.pop_back();
      if (!continues) break;
    }
    SearchFromMatch();
    return true;
  }
  if (function != nullptr && (*function == Function::kReverseSearchHistory ||
                              *function == Function::kForwardSearchHistory)) {
    SearchAgain(*function == Function::kReverseSearchHistory ? SearchDirection::kBackward
                                                             : SearchDirection::kForward);
    return true;
  }
  EndSearch(false);
  return false;
}

void Editor::SearchAgain(SearchDirection direction) {
  search_->direction = direction;
  search_->absent = false;
  SearchMatch from = search_->match;
  if (direction == SearchDirection::kForward) {
    ++from.place;
  } else if (from.place > 0) {
    --from.place;
  } else if (from.entry > 0) {
    --from.entry;
    from.place = std::string::npos;
  } else {
    search_->failed = true;
    return Bell();
  }
  SearchFrom(from);
}

void Editor::SearchFromMatch() {
  SearchFrom(search_->match);
  search_->absent = search_->failed && !search_->text.empty();
}

void Editor::SearchFrom(SearchMatch from) {
  if (search_->text.empty()) return;
  const std::optional<SearchMatch> found =
      FindInHistory(environment_.history, search_->text, from, search_->direction);
  search_->failed = !found.has_value();
  if (!found.has_value()) return Bell();
  search_->match = *found;
  if (entry_ != found->entry) GoTo(found->entry);
  line_.MoveTo(std::min(found->place, line_.text().size()));
}

void Editor::EndSearch(bool abort) {
  const Search search = *std::exchange(search_, std::nullopt);
  if (!abort) return;
  GoTo(search.entry_before);
  line_.Reset(search.line_before);
  line_.MoveTo(search.cursor_before);
}

std::string Editor::SearchPrompt() const {
  const bool backward = search_->direction == SearchDirection::kBackward;
  return absl::StrCat("(", search_->failed ? "failed " : "", backward ? "reverse-" : "",
                      "i-search)`", search_->text, "': ");
}

}  // namespace someos::line_plain
