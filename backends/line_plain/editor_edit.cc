// Functions of the editor that move the cursor or change the text.

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/kill_ring.h"
#include "someos/backends/line_plain/line_buffer.h"

namespace someos::line_plain {

using Function = EditorFunction;

bool Editor::Move(Function function) {
  const size_t cursor = line_.cursor();
  switch (function) {
    case Function::kForwardChar:
      if (!TakeHint()) line_.MoveTo(line_.NextCharacter(cursor));
      return true;
    case Function::kBackwardChar:
      line_.MoveTo(line_.PreviousCharacter(cursor));
      return true;
    case Function::kForwardWord:
      line_.MoveTo(line_.NextWord(cursor));
      return true;
    case Function::kBackwardWord:
      line_.MoveTo(line_.PreviousWord(cursor));
      return true;
    case Function::kBeginningOfLine:
      line_.MoveTo(line_.BeginningOfLine(cursor));
      return true;
    case Function::kEndOfLine:
      if (!TakeHint()) line_.MoveTo(line_.EndOfLine(cursor));
      return true;
    case Function::kSetMark:
      mark_ = cursor;
      return true;
    case Function::kExchangePointAndMark:
      line_.MoveTo(std::min(mark_, line_.text().size()));
      mark_ = cursor;
      return true;
    default:
      return false;
  }
}

bool Editor::Kill(Function function) {
  const size_t cursor = line_.cursor();
  switch (function) {
    case Function::kKillLine:
      // At the end of a line of several, its newline.
      KillBetween(cursor, line_.EndOfLine(cursor) == cursor ? line_.NextCharacter(cursor)
                                                            : line_.EndOfLine(cursor));
      return true;
    case Function::kBackwardKillLine:
    case Function::kUnixLineDiscard:
      KillBetween(line_.BeginningOfLine(cursor), cursor);
      return true;
    case Function::kKillWholeLine:
      line_.MoveTo(0);
      KillBetween(0, line_.text().size());
      return true;
    case Function::kKillWord:
      KillBetween(cursor, line_.NextWord(cursor));
      return true;
    case Function::kBackwardKillWord:
      KillBetween(line_.PreviousWord(cursor), cursor);
      return true;
    case Function::kUnixWordRubout:
      KillBetween(line_.PreviousBlank(cursor), cursor);
      return true;
    case Function::kKillRegion:
      mark_ = std::min(mark_, line_.text().size());
      KillBetween(std::min(mark_, cursor), std::max(mark_, cursor));
      return true;
    default:
      return false;
  }
}

void Editor::KillBetween(size_t begin, size_t end) {
  const absl::string_view text = absl::string_view(line_.text()).substr(begin, end - begin);
  const bool forward = begin == line_.cursor();
  // A password is not to be yanked into another line.
  if (options_.echo == LineEcho::kText) {
    kills_.Kill(text, forward ? KillDirection::kForward : KillDirection::kBackward, last_killed_);
  }
  killed_ = true;
  line_.Erase(begin, end);
}

bool Editor::Change(Function function) {
  const size_t cursor = line_.cursor();
  switch (function) {
    case Function::kBackwardDeleteChar:
      if (cursor == 0) Bell();
      line_.Erase(line_.PreviousCharacter(cursor), cursor);
      return true;
    case Function::kDeleteChar:
      DeleteCharacter();
      return true;
    case Function::kEndOfFile:
      if (line_.text().empty()) {
        Finish(Outcome::kEndOfInput);
      } else {
        DeleteCharacter();
      }
      return true;
    case Function::kYank:
      yanked_at_ = cursor;
      if (!kills_.empty()) line_.Insert(kills_.Current());
      return true;
    case Function::kYankPop:
      YankPop();
      return true;
    case Function::kTransposeChars:
      TransposeCharacters();
      return true;
    case Function::kTransposeWords:
      TransposeWords();
      return true;
    case Function::kUpcaseWord:
    case Function::kDowncaseWord:
    case Function::kCapitalizeWord:
      ChangeCase(function);
      return true;
    case Function::kDeleteHorizontalSpace:
      DeleteHorizontalSpace();
      return true;
    case Function::kTabInsert:
      line_.Insert("\t");
      return true;
    case Function::kInsertNewline:
      line_.Insert("\n");
      return true;
    case Function::kQuotedInsert:
      quoting_ = true;
      return true;
    case Function::kUndo:
      if (!line_.TakeBack()) Bell();
      return true;
    case Function::kRevertLine:
      line_.Revert();
      return true;
    default:
      return false;
  }
}

void Editor::YankPop() {
  const bool goes_on = last_function_ == Function::kYank || last_function_ == Function::kYankPop;
  if (!goes_on || !last_yanked_at_.has_value() || kills_.empty()) return Bell();
  kills_.Rotate();
  yanked_at_ = last_yanked_at_;
  line_.Replace(*yanked_at_, line_.cursor(), kills_.Current());
}

// The characters around the cursor; at the end, the two before it.
void Editor::TransposeCharacters() {
  size_t middle = line_.cursor();
  if (middle == line_.text().size()) middle = line_.PreviousCharacter(middle);
  const size_t begin = line_.PreviousCharacter(middle);
  const size_t end = line_.NextCharacter(middle);
  if (begin == middle || middle == end) return Bell();
  const std::string& text = line_.text();
  line_.Replace(
      begin, end,
      absl::StrCat(text.substr(middle, end - middle), text.substr(begin, middle - begin)));
}

// The word at the cursor or before it, and the one before that.
void Editor::TransposeWords() {
  const std::string& text = line_.text();
  const size_t end = line_.NextWord(line_.cursor());
  const size_t second = line_.PreviousWord(end);
  const size_t first = line_.PreviousWord(second);
  const size_t first_end = line_.NextWord(first);
  if (first_end > second) return Bell();
  line_.Replace(
      first, end,
      absl::StrCat(text.substr(second, end - second), text.substr(first_end, second - first_end),
                   text.substr(first, first_end - first)));
}

// Of ASCII.
void Editor::ChangeCase(Function function) {
  const size_t begin = line_.cursor();
  const size_t end = line_.NextWord(begin);
  std::string word = line_.text().substr(begin, end - begin);
  bool upper = function != Function::kDowncaseWord;
  for (char& c : word) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(upper ? absl::ascii_toupper(byte) : absl::ascii_tolower(byte));
    const bool is_first = absl::ascii_isalnum(byte) && function == Function::kCapitalizeWord;
    if (is_first) upper = false;
  }
  line_.Replace(begin, end, word);
}

void Editor::DeleteHorizontalSpace() {
  const std::string& text = line_.text();
  size_t begin = line_.cursor();
  size_t end = begin;
  while (begin > 0 && absl::ascii_isblank(static_cast<unsigned char>(text[begin - 1]))) --begin;
  while (end < text.size() && absl::ascii_isblank(static_cast<unsigned char>(text[end]))) ++end;
  line_.Erase(begin, end);
}

bool Editor::TakeHint() {
  if (hint_.empty() || line_.cursor() != line_.text().size()) return false;
  line_.Insert(hint_);
  return true;
}

}  // namespace someos::line_plain
