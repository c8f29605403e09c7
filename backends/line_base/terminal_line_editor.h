// A LineEditor of a LineEngine: what all backends have in common.
//
// - The size of the terminal is noticed at once in ReadLine; between Begin and the line, when
//   OnReadable, OnTimeout or Print is called.
// - Without a terminal, more than a line may be read from the input at once: what is left is for
//   the next call, not for others that read from the descriptor.

#ifndef SOMEOS_BACKENDS_LINE_BASE_TERMINAL_LINE_EDITOR_H_
#define SOMEOS_BACKENDS_LINE_BASE_TERMINAL_LINE_EDITOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_base/editing_lock.h"
#include "someos/backends/line_base/line_engine.h"
#include "someos/backends/line_base/terminal.h"
#include "someos/backends/line_base/unread_lines.h"

namespace someos::line_base {

class TerminalLineEditor : public LineEditor {
 public:
  TerminalLineEditor(const LineEditorOptions& options, std::unique_ptr<LineEngine> engine)
      : input_(options.input),
        terminal_(options.input, options.output),
        engine_(std::move(engine)),
        name_(engine_->name()),
        capabilities_(engine_->capabilities()),
        history_(engine_->history()) {}
  ~TerminalLineEditor() override;

  absl::string_view name() const override { return name_; }
  LineCapabilities capabilities() const override { return capabilities_; }
  absl::StatusOr<std::string> ReadLine(const LineOptions& options) override;
  absl::Status Begin(const LineOptions& options) override;
  absl::StatusOr<std::optional<std::string>> OnReadable() override;
  absl::Duration timeout() override;
  absl::StatusOr<std::optional<std::string>> OnTimeout() override;
  void Cancel() override;
  int fileno() const override { return input_; }
  void Print(absl::string_view text) override;
  History& history() override { return history_; }
  absl::Status Bind(absl::string_view line) override;
  absl::StatusOr<std::vector<InitFileComplaint>> ReadInitFile(const std::string& path) override;
  void SetCompleter(Completer completer) override;
  void SetDisplayMatches(MatchesDisplay display) override;
  void SetHinter(Hinter hinter) override;
  void SetStartupHook(std::function<void()> hook) override;
  void SetPreInputHook(std::function<void()> hook) override;
  void SetDelimiters(absl::string_view delimiters) override;
  std::string delimiters() const override;
  std::string line() override;
  void InsertText(absl::string_view text) override;
  void Redisplay() override;

 private:
  using Outcome = LineEngine::Outcome;
  using Result = absl::StatusOr<std::optional<std::string>>;

  // Holds the engine and the terminal. Whoever has them prints, at the end, what others wanted to
  // be printed meanwhile.
  class ABSL_SCOPED_LOCKABLE Use {
   public:
    explicit Use(TerminalLineEditor& editor) ABSL_EXCLUSIVE_LOCK_FUNCTION(editor.editing_)
        : editor_(editor) {
      editor_.editing_.Lock();
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() ABSL_UNLOCK_FUNCTION() {
      editor_.editing_.Unlock();
      editor_.PrintQueued();
    }

   private:
    TerminalLineEditor& editor_;
  };

  absl::Status BeginAtTerminal(const LineOptions& options) ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  // Without the lock, since others may print meanwhile.
  absl::StatusOr<bool> Wait(absl::Duration timeout) const ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return terminal_.Wait(timeout);
  }
  // Whether the program continues, or the terminal has another size.
  void FollowTerminal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  Result ReadPlainLine() ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  // What has become of the line, after the engine has handled something.
  Result Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  Result End(Result result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  absl::Status Suspend() ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  // Writes what the engine shows.
  absl::Status Flush() ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  void PrintQueued() ABSL_LOCKS_EXCLUDED(printing_);
  bool HasQueued() ABSL_LOCKS_EXCLUDED(printing_);
  void FollowSize() ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  bool editing() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);
  // Without a terminal: the next line of what has been read.
  Result TakePlainLine(bool ended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(editing_);

  // Mutable, like every lock: delimiters() is const.
  mutable EditingLock editing_;
  const int input_;
  Terminal terminal_ ABSL_GUARDED_BY(editing_);
  const std::unique_ptr<LineEngine> engine_ ABSL_PT_GUARDED_BY(editing_);
  const absl::string_view name_;
  const LineCapabilities capabilities_;
  History& history_;
  std::function<void()> startup_hook_ ABSL_GUARDED_BY(editing_);
  std::function<void()> pre_input_hook_ ABSL_GUARDED_BY(editing_);
  bool begun_ ABSL_GUARDED_BY(editing_) = false;
  bool at_terminal_ ABSL_GUARDED_BY(editing_) = false;
  std::string prepared_ ABSL_GUARDED_BY(editing_);  // what InsertText has been given before a line
  UnreadLines unread_ ABSL_GUARDED_BY(editing_);    // without a terminal

  absl::Mutex printing_;
  std::string to_print_ ABSL_GUARDED_BY(printing_);
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_TERMINAL_LINE_EDITOR_H_
