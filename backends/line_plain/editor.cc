#include "someos/backends/line_plain/editor.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "someos/backends/line_base/add_line.h"
#include "someos/backends/line_plain/character_width.h"
#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/key_notation.h"
#include "someos/backends/line_plain/keymap.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

constexpr int kDeepestMacro = 8;  // macros that use macros
constexpr int kMostMacros = 100;  // that one key runs

bool IsText(const Key& key) {
  return key.code == KeyCode::kCharacter && !key.alt && !key.control && key.value >= ' ' &&
         key.value != kRubout;
}

bool IsSelfInsert(const Keymap::Found& found) {
  if (found.match != Keymap::Match::kBinding) return false;
  const auto* const function = std::get_if<EditorFunction>(found.binding);
  return function != nullptr && *function == EditorFunction::kSelfInsert;
}

}  // namespace

void Editor::Begin(const LineOptions& options, absl::string_view text, int width, int height) {
  options_ = options;
  width_ = width;
  height_ = height;
  outcome_ = Outcome::kEditing;
  line_.Reset(text);
  keys_.clear();
  quoting_ = false;
  search_.reset();
  changed_.clear();
  entry_ = environment_.history.size();
  last_arg_entry_ = entry_;
  last_function_ = EditorFunction::kSelfInsert;
  killed_ = false;
  mark_ = 0;
  screen_.Forget();
  if (environment_.settings.enable_bracketed_paste) out_.append(kPasteOn.data(), kPasteOn.size());
  Show();
  // What came behind the last line.
  TakeKeys();
}

void Editor::Feed(absl::string_view bytes) {
  decoder_.Feed(bytes);
  TakeKeys();
}

void Editor::Expire() {
  decoder_.Expire();
  TakeKeys();
}

std::string Editor::TakeOutput() { return std::exchange(out_, {}); }

void Editor::TakeKeys() {
  Key key;
  std::string pasted;
  while (outcome_ == Outcome::kEditing && decoder_.Next(key, pasted)) Press(key, pasted);
  if (outcome_ == Outcome::kEditing && !shown_) Show();
}

void Editor::Press(const Key& key, const std::string& pasted) {
  if (quoting_) {
    quoting_ = false;
    return key.code == KeyCode::kCharacter ? TypeCharacter(key) : Bell();
  }
  if (search_.has_value() && PressInSearch(key)) return;
  if (keys_.empty() && IsText(key) && environment_.keymap.inserts_characters()) {
    return TypeCharacter(key);
  }
  keys_.push_back(key);
  const Keymap::Found found = environment_.keymap.Find(keys_);
  if (found.match == Keymap::Match::kBeginning) return;
  const bool alone = keys_.size() == 1;
  keys_.clear();
  if (IsSelfInsert(found)) {
    PressSelfInsert(key);
  } else if (found.match == Keymap::Match::kBinding) {
    Run(*found.binding);
  } else if (alone) {
    PressUnbound(key, pasted);
  } else {
    Bell();
  }
}

void Editor::PressSelfInsert(const Key& key) {
  if (key.code != KeyCode::kCharacter || key.alt || key.control) return Bell();
  TypeCharacter(key);
}

void Editor::PressUnbound(const Key& key, const std::string& pasted) {
  if (IsText(key)) return TypeCharacter(key);
  if (key == Key::Character(Control('C'))) return Finish(Outcome::kInterrupted);
  if (key == Key::Character(Control('Z'))) {
    outcome_ = Outcome::kSuspended;
  } else if (key.code == KeyCode::kPaste) {
    line_.Insert(pasted);
    shown_ = false;
    last_function_ = EditorFunction::kSelfInsert;
  } else {
    Bell();
  }
}

// A character that can be shown at once is not laid out: typing at the end of a line is what
// happens most.
void Editor::TypeCharacter(const Key& key) {
  std::string character;
  AppendUtf8(key.value, character);
  const bool at_end = line_.cursor() == line_.text().size();
  line_.Type(character);
  last_function_ = EditorFunction::kSelfInsert;
  killed_ = false;
  const bool plain = at_end && shown_ && IsText(key) && !IsRawByte(key.value) && hint_.empty() &&
                     !environment_.hinter && options_.echo == LineEcho::kText && !search_;
  const int columns = CharacterWidth(key.value);
  const bool is_c1 = key.value >= 0x80 && key.value < 0xa0;
  if (!plain || columns == 0 || is_c1 || !screen_.ShowTyped(character, columns, width_, out_)) {
    shown_ = false;
  }
}

void Editor::Run(const Binding& binding) {
  if (const auto* const function = std::get_if<EditorFunction>(&binding)) return Call(*function);
  if (macro_depth_ == 0) macros_ = 0;
  if (macro_depth_ == kDeepestMacro || ++macros_ > kMostMacros) return Bell();
  ++macro_depth_;
  // A copy: what the macro does could bind its keys to something else.
  const std::string macro = std::get<std::string>(binding);
  for (const Key& key : KeysOf(macro)) {
    if (outcome_ == Outcome::kEditing) Press(key, "");
  }
  --macro_depth_;
}

void Editor::Call(EditorFunction function) {
  shown_ = false;
  line_.SeparateChanges();
  last_killed_ = std::exchange(killed_, false);
  last_yanked_at_ = std::exchange(yanked_at_, std::nullopt);
  const bool done = Move(function) || Kill(function) || Change(function) || Browse(function) ||
                    Complete(function);
  if (!done) Bell();
  last_function_ = function;
}

void Editor::Bell() {
  if (environment_.settings.audible_bell) out_ += '\a';
}

void Editor::Finish(Outcome outcome) {
  search_.reset();
  hint_.clear();
  outcome_ = outcome;
  Leave();
  if (outcome == Outcome::kLine) {
    line_base::AddLine(line_.text(), options_, environment_.history);
  }
}

void Editor::DeleteCharacter() {
  const size_t end = line_.NextCharacter(line_.cursor());
  if (end == line_.cursor()) return Bell();
  line_.Erase(line_.cursor(), end);
}

}  // namespace someos::line_plain
