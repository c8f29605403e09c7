// The LineEditor of this repository: for terminals that understand VT100, without terminfo.
//
// Deviations from the contract of someos/api/line_editor.h: none. Beyond it:
//
// - Bindings are those of GNU readline's emacs mode (keymap.h); init files are GNU readline's, as
//   far as inputrc.h goes.
// - The size of the terminal is noticed at once in ReadLine; between Begin and the line, when
//   OnReadable, OnTimeout or Print is called.
// - Without a terminal, more than a line may be read from the input at once: what is left is for
//   the next call, not for others that read from the descriptor.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_LINE_EDITOR_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_LINE_EDITOR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/backends/line_plain/terminal.h"

namespace someos {

class PlainLineEditor : public LineEditor {
 public:
  explicit PlainLineEditor(const LineEditorOptions& options)
      : options_(options), terminal_(options.input, options.output), editor_(environment_) {}
  ~PlainLineEditor() override;

  absl::string_view name() const override { return "plain"; }
  LineCapabilities capabilities() const override { return {true, true, true, true}; }
  absl::StatusOr<std::string> ReadLine(const LineOptions& options) override;
  absl::Status Begin(const LineOptions& options) override;
  absl::StatusOr<std::optional<std::string>> OnReadable() override;
  absl::Duration timeout() override;
  absl::StatusOr<std::optional<std::string>> OnTimeout() override;
  void Cancel() override;
  int fileno() const override { return options_.input; }
  void Print(absl::string_view text) override;
  History& history() override { return environment_.history; }
  absl::Status Bind(absl::string_view line) override;
  absl::StatusOr<std::vector<InitFileComplaint>> ReadInitFile(const std::string& path) override;
  void SetCompleter(Completer completer) override;
  void SetDisplayMatches(MatchesDisplay display) override;
  void SetHinter(Hinter hinter) override;
  void SetStartupHook(std::function<void()> hook) override;
  void SetPreInputHook(std::function<void()> hook) override;
  void SetDelimiters(absl::string_view delimiters) override;
  std::string delimiters() const override { return environment_.delimiters; }
  std::string line() override;
  void InsertText(absl::string_view text) override;
  void Redisplay() override;

 private:
  using Result = absl::StatusOr<std::optional<std::string>>;

  // Holds the editor and the terminal. Whoever has them prints, at the end, what others wanted to
  // be printed meanwhile.
  class Use {
   public:
    explicit Use(PlainLineEditor& editor) : editor_(editor) { editor_.editing_.lock(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      editor_.editing_.unlock();
      editor_.PrintQueued();
    }

   private:
    PlainLineEditor& editor_;
  };

  absl::Status BeginAtTerminal(const LineOptions& options);
  Result OnEvent(line_plain::Terminal::Event event);
  // What has become of the line, after the editor has handled something.
  Result Advance();
  Result End(Result result);
  absl::Status Suspend();
  // Writes what the editor shows.
  absl::Status Flush();
  void PrintQueued();
  bool HasQueued();
  void FollowHistorySize(size_t before);
  void FollowSize();
  // Without a terminal: the next line of what has been read.
  Result TakePlainLine(bool ended);
  bool HasUnreadLine() const;

  const LineEditorOptions options_;
  line_plain::Editor::Environment environment_;
  line_plain::Terminal terminal_;
  std::function<void()> startup_hook_;
  std::function<void()> pre_input_hook_;

  // Held by whoever uses the editor or the terminal. Recursive, because the user's functions, which
  // are called while it is held, may call what edits the line, and Print.
  std::recursive_mutex editing_;
  line_plain::Editor editor_;
  bool begun_ = false;
  bool at_terminal_ = false;
  std::string prepared_;  // what InsertText has been given before a line
  std::string unread_;    // without a terminal: what has been read, from unread_at_ on
  size_t unread_at_ = 0;

  absl::Mutex printing_;
  std::string to_print_ ABSL_GUARDED_BY(printing_);
};

// This backend, for the facade and for users who depend on //backends/line_plain directly.
const LineBackend& PlainLineBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_LINE_EDITOR_H_
