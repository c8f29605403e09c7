#include "someos/backends/line_base/terminal_line_editor.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/line_editor.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/line_base/home.h"
#include "someos/backends/line_base/line_engine.h"
#include "someos/backends/line_base/terminal.h"

namespace someos::line_base {
namespace {

absl::Status NothingBegun(absl::string_view operation) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(operation, ": no line is being read"));
}

absl::Status EndOfInput() {
  return PlainStatus(absl::StatusCode::kOutOfRange, "read line: end of input");
}

// The same function, which lives until it has returned, also if it sets another one in its place.
template <typename Result, typename... Args>
std::function<Result(Args...)> Kept(std::function<Result(Args...)> function) {
  if (!function) return nullptr;
  const auto kept = std::make_shared<std::function<Result(Args...)>>(std::move(function));
  return [kept](Args... args) {
    const auto until_it_has_returned = kept;
    return (*until_it_has_returned)(std::forward<Args>(args)...);
  };
}

}  // namespace

TerminalLineEditor::~TerminalLineEditor() { Cancel(); }

absl::StatusOr<std::string> TerminalLineEditor::ReadLine(const LineOptions& options) {
  absl::Status status = Begin(options);
  if (!status.ok()) return status;
  for (;;) {
    const absl::StatusOr<bool> ready = Wait(timeout());
    if (!ready.ok()) {
      const Use use(*this);
      return End(ready.status()).status();
    }
    Result line = *ready ? OnReadable() : OnTimeout();
    if (!line.ok()) return line.status();
    if (line->has_value()) return **std::move(line);
  }
}

absl::Status TerminalLineEditor::Begin(const LineOptions& options) {
  const Use use(*this);
  if (begun_) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "begin: a line is being read already");
  }
  absl::Status status = terminal_.CheckOpen();
  if (!status.ok()) return status;
  at_terminal_ = terminal_.is_terminal();
  status = at_terminal_ ? BeginAtTerminal(options) : terminal_.Write(options.prompt);
  begun_ = status.ok();
  if (!status.ok()) terminal_.Leave();
  return status;
}

absl::Status TerminalLineEditor::BeginAtTerminal(const LineOptions& options) {
  absl::Status status = terminal_.Enter();
  if (!status.ok()) return status;
  if (startup_hook_) startup_hook_();
  status = engine_->Begin(options, std::exchange(prepared_, {}), terminal_.size());
  if (!status.ok()) return status;
  begun_ = true;
  if (pre_input_hook_) pre_input_hook_();
  if (editing()) engine_->Redisplay();
  return Flush();
}

bool TerminalLineEditor::editing() const {
  return begun_ && at_terminal_ && !terminal_.away() && engine_->outcome() == Outcome::kEditing;
}

absl::StatusOr<std::optional<std::string>> TerminalLineEditor::OnReadable() {
  const Use use(*this);
  if (!begun_) return NothingBegun("on readable");
  if (!at_terminal_) return ReadPlainLine();
  FollowTerminal();
  if (!editing()) return Advance();
  absl::StatusOr<std::optional<std::string>> bytes = terminal_.Read();
  if (!bytes.ok()) return End(bytes.status());
  if (!bytes->has_value()) {
    engine_->Leave();
    return End(EndOfInput());
  }
  engine_->Feed(**bytes);
  return Advance();
}

absl::Duration TerminalLineEditor::timeout() {
  const Use use(*this);
  if (!begun_) return absl::InfiniteDuration();
  if (!at_terminal_) {
    return unread_.HasLine() ? absl::ZeroDuration() : absl::InfiniteDuration();
  }
  if (terminal_.changed()) return absl::ZeroDuration();
  if (terminal_.away()) return Terminal::kAwayNap;
  if (!editing()) return absl::ZeroDuration();
  return engine_->waiting() ? engine_->key_timeout() : absl::InfiniteDuration();
}

absl::StatusOr<std::optional<std::string>> TerminalLineEditor::OnTimeout() {
  const Use use(*this);
  if (!begun_) return NothingBegun("on timeout");
  if (!at_terminal_) return TakePlainLine(false);
  FollowTerminal();
  if (editing() && engine_->waiting()) engine_->Expire();
  return Advance();
}

// After a stop, other programs have written: the line goes on below that.
void TerminalLineEditor::FollowTerminal() {
  const Outcome outcome = engine_->outcome();
  if (terminal_.TakeChange() == Terminal::Change::kContinued &&
      (outcome == Outcome::kEditing || outcome == Outcome::kSuspended)) {
    engine_->Resume();
  }
  FollowSize();
}

TerminalLineEditor::Result TerminalLineEditor::Advance() {
  absl::Status status = Flush();
  while (status.ok() && engine_->outcome() == Outcome::kSuspended && !terminal_.away()) {
    status = Suspend();
    if (status.ok()) status = Flush();
  }
  if (!status.ok()) return End(status);
  switch (engine_->outcome()) {
    case Outcome::kLine:
      return End(std::make_optional(engine_->line()));
    case Outcome::kEndOfInput:
      return End(EndOfInput());
    case Outcome::kInterrupted:
      return End(PlainStatus(absl::StatusCode::kCancelled, "read line: interrupted"));
    case Outcome::kEditing:
    case Outcome::kSuspended:
      break;
  }
  return std::optional<std::string>();
}

TerminalLineEditor::Result TerminalLineEditor::End(Result result) {
  begun_ = false;
  const Outcome outcome = engine_->outcome();
  if (at_terminal_ && (outcome == Outcome::kEditing || outcome == Outcome::kSuspended)) {
    engine_->Abandon();
  }
  const absl::Status status = Flush();
  terminal_.Leave();
  if (result.ok() && !status.ok()) return status;
  return result;
}

absl::Status TerminalLineEditor::Suspend() {
  engine_->Leave();
  absl::Status status = Flush();
  if (status.ok()) status = terminal_.Stop();
  if (!status.ok() || terminal_.away()) return status;
  engine_->Resume();
  FollowSize();
  return absl::OkStatus();
}

void TerminalLineEditor::Cancel() {
  const Use use(*this);
  if (!begun_) return;
  if (terminal_.inherited()) {
    // The line is the parent's.
    begun_ = false;
    terminal_.Leave();
    return;
  }
  if (editing()) engine_->Leave();
  End(EndOfInput()).IgnoreError();
}

absl::Status TerminalLineEditor::Flush() { return terminal_.Write(engine_->TakeOutput()); }

void TerminalLineEditor::FollowSize() {
  if (editing()) engine_->Resize(terminal_.size());
}

// Lines that are there come first: of a long file, no more is read than is needed.
TerminalLineEditor::Result TerminalLineEditor::ReadPlainLine() {
  if (unread_.HasLine()) return TakePlainLine(false);
  const absl::StatusOr<std::optional<std::string>> bytes = terminal_.Read();
  if (!bytes.ok()) return End(bytes.status());
  unread_.Add(bytes->value_or(""));
  return TakePlainLine(!bytes->has_value());
}

TerminalLineEditor::Result TerminalLineEditor::TakePlainLine(bool ended) {
  std::optional<std::string> line = unread_.Take(ended);
  if (line.has_value()) return End(std::move(line));
  return ended ? End(EndOfInput()) : std::optional<std::string>();
}

// If the editor is in use, whoever uses it prints the text: nobody waits here for a user's function
// that takes long.
void TerminalLineEditor::Print(absl::string_view text) {
  {
    const base::MutexLock lock(printing_);
    absl::StrAppend(&to_print_, text, absl::EndsWith(text, "\n") ? "" : "\n");
  }
  PrintQueued();
}

void TerminalLineEditor::PrintQueued() {
  // Looks after the lock was given back: what came just before that has found it taken.
  while (HasQueued()) {
    if (!editing_.TryLock()) return;
    std::string text;
    {
      const base::MutexLock lock(printing_);
      text.swap(to_print_);
    }
    if (editing()) {
      FollowSize();
      engine_->PrintAbove(text);
      text = engine_->TakeOutput();
    }
    terminal_.Write(text).IgnoreError();
    editing_.Unlock();
  }
}

bool TerminalLineEditor::HasQueued() {
  const base::MutexLock lock(printing_);
  return !to_print_.empty();
}

absl::Status TerminalLineEditor::Bind(absl::string_view line) {
  const Use use(*this);
  return engine_->Bind(line);
}

absl::StatusOr<std::vector<InitFileComplaint>> TerminalLineEditor::ReadInitFile(
    const std::string& path) {
  const Use use(*this);
  return engine_->ReadInitFile(AtHome(path));
}

void TerminalLineEditor::SetCompleter(Completer completer) {
  const Use use(*this);
  engine_->SetCompleter(Kept(std::move(completer)));
}

// Its function is called while the lock is held, which the analysis cannot see.
void TerminalLineEditor::SetDisplayMatches(MatchesDisplay display) {
  const Use use(*this);
  if (!display) {
    engine_->SetDisplayMatches(nullptr);
    return;
  }
  engine_->SetDisplayMatches([this, display = Kept(std::move(display))](
                                 absl::string_view word, absl::Span<const std::string> matches,
                                 int longest) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    // What it writes to the terminal comes behind what the engine has written.
    Flush().IgnoreError();
    display(word, matches, longest);
  });
}

void TerminalLineEditor::SetHinter(Hinter hinter) {
  const Use use(*this);
  engine_->SetHinter(Kept(std::move(hinter)));
}

void TerminalLineEditor::SetStartupHook(std::function<void()> hook) {
  const Use use(*this);
  startup_hook_ = Kept(std::move(hook));
}

void TerminalLineEditor::SetPreInputHook(std::function<void()> hook) {
  const Use use(*this);
  pre_input_hook_ = Kept(std::move(hook));
}

void TerminalLineEditor::SetDelimiters(absl::string_view delimiters) {
  const Use use(*this);
  engine_->SetDelimiters(delimiters);
}

std::string TerminalLineEditor::delimiters() const {
  editing_.Lock();
  std::string delimiters = engine_->delimiters();
  editing_.Unlock();
  return delimiters;
}

std::string TerminalLineEditor::line() {
  const Use use(*this);
  const bool waits = !begun_ || !at_terminal_;
  return waits && !prepared_.empty() ? prepared_ : engine_->line();
}

void TerminalLineEditor::InsertText(absl::string_view text) {
  const Use use(*this);
  if (begun_ && at_terminal_) {
    engine_->Insert(text);
  } else {
    absl::StrAppend(&prepared_, text);
  }
}

void TerminalLineEditor::Redisplay() {
  const Use use(*this);
  if (!editing()) return;
  engine_->Redisplay();
  Flush().IgnoreError();
}

}  // namespace someos::line_base
