// What a backend of LineEditor does with a line at a terminal. What all have in common, such as
// waiting, signals, threads, and lines without a terminal, is in TerminalLineEditor.

#ifndef SOMEOS_BACKENDS_LINE_BASE_LINE_ENGINE_H_
#define SOMEOS_BACKENDS_LINE_BASE_LINE_ENGINE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_base/terminal.h"

namespace someos::line_base {

// Bytes from a terminal in, bytes for the terminal out. The terminal is in raw mode from Begin
// until outcome() is another one than kEditing. One thread at a time uses an engine.
class LineEngine {
 public:
  enum class Outcome {
    kEditing,
    kLine,
    kEndOfInput,
    kInterrupted,
    kSuspended,  // the key that stops a program; editing goes on with Resume
  };

  virtual ~LineEngine() = default;
  LineEngine(const LineEngine&) = delete;
  LineEngine& operator=(const LineEngine&) = delete;

  virtual absl::string_view name() const = 0;
  virtual LineCapabilities capabilities() const = 0;
  // The same object for as long as the engine lives.
  virtual History& history() = 0;

  // Begins a line with the text, and shows the prompt.
  //
  // kFailedPrecondition: the engine cannot edit another line now.
  virtual absl::Status Begin(const LineOptions& options, absl::string_view text,
                             TerminalSize size) = 0;

  // Each handles bytes or an event, and shows what has become of the line. Only between Begin and
  // an outcome.
  virtual void Feed(absl::string_view bytes) = 0;
  // Whether bytes are the beginning of a key. If no more come for key_timeout(), Expire is called.
  virtual bool waiting() const = 0;
  virtual absl::Duration key_timeout() const = 0;
  virtual void Expire() = 0;
  virtual void Resize(TerminalSize size) = 0;
  // Prints whole rows above the line.
  virtual void PrintAbove(absl::string_view text) = 0;
  // Shows the line again, on a terminal that shows something else now. Also after kSuspended.
  virtual void Resume() = 0;
  // Shows what was changed from outside.
  virtual void Redisplay() = 0;
  // Ends the line where it is, with the cursor below it; Resume may follow. Does not come after an
  // outcome other than kSuspended.
  virtual void Leave() = 0;

  // Forgets the line, which another one may follow. Comes if there was no outcome.
  virtual void Abandon() {}

  virtual Outcome outcome() const = 0;
  // The bytes for the terminal since the last call, unless the engine writes them itself.
  virtual std::string TakeOutput() = 0;

  // The line that is edited, or was edited last.
  virtual std::string line() const = 0;
  // At the cursor, without showing it.
  virtual void Insert(absl::string_view text) = 0;

  // As LineEditor has them.
  virtual absl::Status Bind(absl::string_view line) = 0;
  virtual absl::StatusOr<std::vector<InitFileComplaint>> ReadInitFile(const std::string& path) = 0;
  virtual void SetCompleter(Completer completer) = 0;
  virtual void SetDisplayMatches(MatchesDisplay display) = 0;
  virtual void SetHinter(Hinter hinter) = 0;
  virtual void SetDelimiters(absl::string_view delimiters) = 0;
  virtual std::string delimiters() const = 0;

 protected:
  LineEngine() = default;
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_LINE_ENGINE_H_
