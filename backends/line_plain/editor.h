// The editor as a state machine: bytes from a terminal in, bytes for the terminal out.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_base/line_engine.h"
#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/history_search.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/key_decoder.h"
#include "someos/backends/line_plain/keymap.h"
#include "someos/backends/line_plain/kill_ring.h"
#include "someos/backends/line_plain/line_buffer.h"
#include "someos/backends/line_plain/screen.h"
#include "someos/backends/line_plain/settings.h"

namespace someos::line_plain {

// No system call, no clock, no lock: it lives in whatever loop its owner has. One thread at a time
// may use it.
class Editor {
 public:
  using Outcome = line_base::LineEngine::Outcome;

  // What the owner and its users set. Functions may be empty.
  struct Environment {
    History history;
    Keymap keymap = Keymap::Emacs();
    Settings settings;
    std::string delimiters = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";
    Completer completer;
    MatchesDisplay display;
    Hinter hinter;
  };

  // The environment must outlive it.
  explicit Editor(Environment& environment) : environment_(environment) {}

  // Begins a line with the text, and shows the prompt.
  void Begin(const LineOptions& options, absl::string_view text, int width, int height);

  // Each handles bytes or an event, and shows what has become of the line. Not before Begin.
  void Feed(absl::string_view bytes);
  // Nothing has come for Settings::keyseq_timeout, and waiting() is true.
  void Expire();
  void Resize(int width, int height);
  // Prints whole rows above the line.
  void PrintAbove(absl::string_view text);
  // Shows the line again, on a terminal that shows something else now.
  void Resume();
  // Shows what was changed from outside.
  void Redisplay() { Show(); }
  // Ends the line where it is.
  void Leave();

  Outcome outcome() const { return outcome_; }
  bool waiting() const { return decoder_.waiting(); }
  // The bytes for the terminal since the last call.
  std::string TakeOutput();

  LineBuffer& line() { return line_; }
  const LineBuffer& line() const { return line_; }

 private:
  struct Search {
    SearchDirection direction;
    std::string text;
    bool failed = false;
    SearchMatch match;    // where the text is, or was before it failed
    bool absent = false;  // it is not there from `match` on, and no longer text is
    size_t entry_before;  // for the key that aborts
    std::string line_before;
    size_t cursor_before;
  };

  // editor.cc: from keys to functions
  void TakeKeys();
  void Press(const Key& key, const std::string& pasted);
  void PressSelfInsert(const Key& key);
  void PressUnbound(const Key& key, const std::string& pasted);
  bool PressInSearch(const Key& key);
  void TypeCharacter(const Key& key);
  void Run(const Binding& binding);
  void Call(EditorFunction function);
  void Bell();
  void Finish(Outcome outcome);
  void DeleteCharacter();

  // editor_edit.cc: functions that move or change. False: this is none of theirs.
  bool Move(EditorFunction function);
  bool Kill(EditorFunction function);
  bool Change(EditorFunction function);
  void KillBetween(size_t begin, size_t end);
  void YankPop();
  void TransposeCharacters();
  void TransposeWords();
  void ChangeCase(EditorFunction function);
  void DeleteHorizontalSpace();
  bool TakeHint();

  // editor_history.cc
  bool Browse(EditorFunction function);
  void GoTo(size_t entry);
  void MoveVertically(SearchDirection direction);
  void MoveIntoLine(size_t begin, size_t column);
  void SearchBeginning(SearchDirection direction);
  void YankLastArg();
  void BeginSearch(SearchDirection direction);
  void SearchAgain(SearchDirection direction);
  void SearchFromMatch();
  void SearchFrom(SearchMatch from);
  void EndSearch(bool abort);
  std::string SearchPrompt() const;

  // editor_completion.cc
  bool Complete(EditorFunction function);
  CompletionRequest WordToComplete(int type) const;
  // Sorted, none twice. The word's place is what it is after the completer was called.
  std::vector<std::string> Matches(CompletionRequest& request);
  void CompleteWord(bool list_at_once);
  void List(const CompletionRequest& request, const std::vector<std::string>& matches);

  // editor_display.cc
  void Show();
  void AskForHint();
  Frame Draw() const;
  void WriteBelow(absl::string_view text);

  Environment& environment_;
  KeyDecoder decoder_;
  LineBuffer line_;
  KillRing kills_;
  Screen screen_;
  std::string out_;
  LineOptions options_;
  int width_ = 80;
  int height_ = 24;
  Outcome outcome_ = Outcome::kLine;

  KeySequence keys_;      // the beginning of a sequence that is bound
  bool quoting_ = false;  // the next key is a character
  int macro_depth_ = 0;
  int macros_ = 0;     // that the key that was pressed has run
  bool shown_ = true;  // whether the screen shows the line
  std::string hint_;
  bool asking_ = false;  // the hinter, which may have the line shown

  // What the last function was, for those that go on where it ended.
  EditorFunction last_function_ = EditorFunction::kSelfInsert;
  bool killed_ = false;
  bool last_killed_ = false;
  size_t mark_ = 0;
  // Where the function has yanked; where the one before has.
  std::optional<size_t> yanked_at_;
  std::optional<size_t> last_yanked_at_;
  size_t last_arg_entry_ = 0;
  size_t counted_ = 0;  // completions that were not listed because they are many

  size_t entry_ = 0;                       // of the history; its size: the new line
  std::map<size_t, std::string> changed_;  // entries, and the new line, as they were left
  std::optional<Search> search_;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_H_
