// The interface of line editors: a person types a line at a terminal, and edits it.
//
// Two ways to use one. ReadLine waits until there is a line:
//
//   auto line = (*editor)->ReadLine({"> "});
//
// Or an event loop has other descriptors to wait for as well:
//
//   (*editor)->Begin({"> "});
//   ... whenever fileno() is readable:
//   auto line = (*editor)->OnReadable();  // nullopt: not yet
//   ... whenever timeout() has passed before:
//   auto line = (*editor)->OnTimeout();
//
// Such a loop asks for timeout() before each wait, also after a signal has interrupted one: when
// the program goes on after a stop, the line is then shown again at once, and with the next key
// otherwise.
//
// Without a terminal, a line is what stands before the next newline; prompts are written, and no
// key has an effect.
//
// Threads: Print may be called by any thread at any time. All other functions are for one thread at
// a time. Functions that the user sets are called by the thread that is in ReadLine, Begin,
// OnReadable or OnTimeout; they may call what edits the line, and Print, but not these four.
//
// The terminal is in its own mode from Begin until there is a line, an error or Cancel, and is what
// it was before at any other time: also when the program exits, is ended by SIGINT, SIGTERM, SIGHUP
// or SIGQUIT, or stopped by SIGTSTP (or the key for it). For that, these signals are handled while
// the terminal is in that mode, unless the program handles or ignores them itself; the program must
// not change what they do in between. After a stop that ended in the background, the line goes on
// when the program is in the foreground again. A child that is forked meanwhile leaves the terminal
// alone, also if it destroys the editor.

#ifndef SOMEOS_API_LINE_EDITOR_H_
#define SOMEOS_API_LINE_EDITOR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/readline/history.h"

namespace someos {

// What is shown of the text.
enum class LineEcho { kText, kAsterisks, kNothing };

struct LineOptions {
  // May have several rows. Control sequences (ESC [ ... and a letter), and what is between the
  // bytes 1 and 2, take no columns.
  std::string prompt;
  LineEcho echo = LineEcho::kText;
  // Whether the line is added to the history, if it is not empty and not the same as the entry
  // before. Never if it was not echoed.
  bool add_to_history = true;
};

// A word to be completed.
struct CompletionRequest {
  absl::string_view line;
  // The word's place in it, in bytes; its end is the cursor.
  size_t begin = 0;
  size_t end = 0;
  // Why: '\t' to complete, '?' to list what is possible, '*' to insert all, '!' to complete and
  // list at once.
  int type = '\t';

  absl::string_view word() const { return line.substr(begin, end - begin); }
};

// Each replaces the word. None: there is no completion.
using Completer = std::function<std::vector<std::string>(const CompletionRequest& request)>;

// Shows the possible completions in place of the editor. It may write to the terminal: the line is
// drawn again below. `longest` is the width of the widest match in columns.
using MatchesDisplay =
    std::function<void(absl::string_view word, absl::Span<const std::string> matches, int longest)>;

// Text that is shown faintly behind the line; the key that moves right at its end takes it over.
using Hinter = std::function<std::string(absl::string_view line)>;

// Something in an init file that has no effect here.
struct InitFileComplaint {
  std::string file;
  size_t line;  // from 1 on
  std::string text;
};

struct LineCapabilities {
  bool print_above = false;
  bool multi_line = false;
  bool hints = false;
  bool asterisks = false;
};

struct LineEditorOptions {
  // Not owned. Each may be any file; there is a terminal only if both are one. One that is not open
  // is an error of ReadLine and Begin.
  int input = 0;
  int output = 1;
  // The program's name, for "$if name" in init files.
  std::string application;
};

class LineEditor {
 public:
  virtual ~LineEditor() = default;
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // The backend's name: "plain".
  virtual absl::string_view name() const = 0;
  virtual LineCapabilities capabilities() const = 0;

  // A line, without its newline.
  //
  // kOutOfRange: the end of the input. kCancelled: the key for interrupts (Control and C).
  // kFailedPrecondition: a line is being read already. The errno of read(2), write(2), poll(2),
  // tcgetattr(3) and tcsetattr(3).
  virtual absl::StatusOr<std::string> ReadLine(const LineOptions& options) = 0;

  // Shows the prompt. The errors of ReadLine.
  virtual absl::Status Begin(const LineOptions& options) = 0;
  // Handles what can be read, without waiting for more. A line ends what Begin has begun; so does
  // an error, except for kFailedPrecondition: nothing has begun. The errors of ReadLine.
  virtual absl::StatusOr<std::optional<std::string>> OnReadable() = 0;
  // How long to wait for more at most, before OnTimeout is to be called: a key may be incomplete.
  // InfiniteDuration if there is none.
  virtual absl::Duration timeout() = 0;
  virtual absl::StatusOr<std::optional<std::string>> OnTimeout() = 0;
  // Ends what Begin has begun, without a line. What was typed stays on the screen.
  virtual void Cancel() = 0;
  // What becomes readable: LineEditorOptions::input.
  virtual int fileno() const = 0;

  // Writes the text, and a newline if it does not end with one; above the line if one is being
  // edited. From any thread. What cannot be written is lost.
  virtual void Print(absl::string_view text) = 0;

  virtual History& history() = 0;

  // A line of an init file, in the engine's own syntax: GNU readline's for "plain".
  //
  // kInvalidArgument: it has no effect; the message says why.
  virtual absl::Status Bind(absl::string_view line) = 0;
  // An init file, as far as the engine understands it. What it does not understand is returned.
  //
  // The errno of open(2) and read(2).
  virtual absl::StatusOr<std::vector<InitFileComplaint>> ReadInitFile(const std::string& path) = 0;

  // All may be empty.
  virtual void SetCompleter(Completer completer) = 0;
  virtual void SetDisplayMatches(MatchesDisplay display) = 0;
  virtual void SetHinter(Hinter hinter) = 0;
  // Called before the prompt is shown, where InsertText gives the line a beginning, and after that.
  virtual void SetStartupHook(std::function<void()> hook) = 0;
  virtual void SetPreInputHook(std::function<void()> hook) = 0;
  // The characters between words for completion.
  virtual void SetDelimiters(absl::string_view delimiters) = 0;
  virtual std::string delimiters() const = 0;

  // The line that is being edited, or was edited last.
  virtual std::string line() = 0;
  // At the cursor. Before a line is edited: it begins with the text.
  virtual void InsertText(absl::string_view text) = 0;
  // Shows the line again, as the four functions do at their end.
  virtual void Redisplay() = 0;

 protected:
  LineEditor() = default;
};

// What a backend provides to the facade. Constant, with static lifetime.
struct LineBackend {
  absl::string_view name;  // "plain"
  // The implementation, for people to read.
  absl::string_view implementation;
  std::unique_ptr<LineEditor> (*create)(const LineEditorOptions& options);
};

}  // namespace someos

#endif  // SOMEOS_API_LINE_EDITOR_H_
