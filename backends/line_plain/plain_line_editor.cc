#include "someos/backends/line_plain/plain_line_editor.h"

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
#include "someos/backends/line_base/text_file.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/backends/line_plain/inputrc.h"
#include "someos/backends/line_plain/terminal.h"

namespace someos {
namespace {

using Outcome = line_plain::Editor::Outcome;

absl::Status NothingBegun(absl::string_view operation) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(operation, ": no line is being read"));
}

absl::Status EndOfInput() {
  return PlainStatus(absl::StatusCode::kOutOfRange, "read line: end of input");
}

line_plain::InputrcContext ContextFor(const std::string& application) {
  const char* const terminal = std::getenv("TERM");
  return {application, terminal == nullptr ? "" : terminal, line_base::ReadTextFile};
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

PlainLineEditor::~PlainLineEditor() { Cancel(); }

absl::StatusOr<std::string> PlainLineEditor::ReadLine(const LineOptions& options) {
  absl::Status status = Begin(options);
  if (!status.ok()) return status;
  for (;;) {
    const absl::StatusOr<line_plain::Terminal::Event> event = terminal_.Wait(timeout());
    Result line = event.ok() ? OnEvent(*event) : End(event.status());
    if (!line.ok()) return line.status();
    if (line->has_value()) return **std::move(line);
  }
}

absl::Status PlainLineEditor::Begin(const LineOptions& options) {
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

absl::Status PlainLineEditor::BeginAtTerminal(const LineOptions& options) {
  absl::Status status = terminal_.Enter();
  if (!status.ok()) return status;
  if (startup_hook_) startup_hook_();
  const line_plain::TerminalSize size = terminal_.size();
  editor_.Begin(options, std::exchange(prepared_, {}), size.width, size.height);
  begun_ = true;
  if (pre_input_hook_) pre_input_hook_();
  if (editor_.outcome() == Outcome::kEditing) editor_.Redisplay();
  return Flush();
}

absl::StatusOr<std::optional<std::string>> PlainLineEditor::OnReadable() {
  const Use use(*this);
  if (!begun_) return NothingBegun("on readable");
  if (at_terminal_ && editor_.outcome() != Outcome::kEditing) return Advance();
  // Lines that are there come first: of a long file, no more is read than is needed.
  if (!at_terminal_ && HasUnreadLine()) return TakePlainLine(false);
  absl::StatusOr<std::optional<std::string>> bytes = terminal_.Read();
  if (!bytes.ok()) return End(bytes.status());
  if (!at_terminal_) {
    unread_.erase(0, unread_at_);
    unread_at_ = 0;
    absl::StrAppend(&unread_, bytes->value_or(""));
    return TakePlainLine(!bytes->has_value());
  }
  if (!bytes->has_value()) {
    editor_.Leave();
    return End(EndOfInput());
  }
  FollowSize();
  editor_.Feed(**bytes);
  return Advance();
}

absl::Duration PlainLineEditor::timeout() {
  const Use use(*this);
  if (!begun_) return absl::InfiniteDuration();
  if (!at_terminal_) {
    return HasUnreadLine() ? absl::ZeroDuration() : absl::InfiniteDuration();
  }
  if (editor_.outcome() != Outcome::kEditing) return absl::ZeroDuration();
  return editor_.waiting() ? environment_.settings.keyseq_timeout : absl::InfiniteDuration();
}

absl::StatusOr<std::optional<std::string>> PlainLineEditor::OnTimeout() {
  const Use use(*this);
  if (!begun_) return NothingBegun("on timeout");
  if (!at_terminal_) return TakePlainLine(false);
  if (editor_.outcome() == Outcome::kEditing && editor_.waiting()) editor_.Expire();
  return Advance();
}

PlainLineEditor::Result PlainLineEditor::OnEvent(line_plain::Terminal::Event event) {
  if (event == line_plain::Terminal::Event::kInput) return OnReadable();
  if (event == line_plain::Terminal::Event::kTimeout) return OnTimeout();
  const Use use(*this);
  // After a stop, other programs have written: the line goes on below that.
  const bool continued = event == line_plain::Terminal::Event::kContinued;
  if (continued && editor_.outcome() == Outcome::kEditing) editor_.Resume();
  FollowSize();
  return Advance();
}

PlainLineEditor::Result PlainLineEditor::Advance() {
  absl::Status status = Flush();
  while (status.ok() && editor_.outcome() == Outcome::kSuspended) {
    status = Suspend();
    if (status.ok()) status = Flush();
  }
  if (!status.ok()) return End(status);
  switch (editor_.outcome()) {
    case Outcome::kLine:
      return End(std::make_optional(editor_.line().text()));
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

PlainLineEditor::Result PlainLineEditor::End(Result result) {
  begun_ = false;
  const absl::Status status = Flush();
  terminal_.Leave();
  if (result.ok() && !status.ok()) return status;
  return result;
}

absl::Status PlainLineEditor::Suspend() {
  editor_.Leave();
  absl::Status status = Flush();
  terminal_.Leave();
  if (!status.ok()) return status;
  line_plain::StopProgram();
  status = terminal_.Enter();
  if (!status.ok()) return status;
  editor_.Resume();
  FollowSize();
  return absl::OkStatus();
}

void PlainLineEditor::Cancel() {
  const Use use(*this);
  if (!begun_) return;
  if (at_terminal_ && editor_.outcome() == Outcome::kEditing) editor_.Leave();
  End(EndOfInput()).IgnoreError();
}

absl::Status PlainLineEditor::Flush() { return terminal_.Write(editor_.TakeOutput()); }

void PlainLineEditor::FollowSize() {
  if (editor_.outcome() != Outcome::kEditing) return;
  const line_plain::TerminalSize size = terminal_.size();
  editor_.Resize(size.width, size.height);
}

bool PlainLineEditor::HasUnreadLine() const {
  return unread_.find('\n', unread_at_) != std::string::npos;
}

PlainLineEditor::Result PlainLineEditor::TakePlainLine(bool ended) {
  const size_t end = unread_.find('\n', unread_at_);
  if (end == std::string::npos && !ended) return std::optional<std::string>();
  if (end == std::string::npos && unread_at_ == unread_.size()) return End(EndOfInput());
  std::string line = unread_.substr(unread_at_, end - unread_at_);
  unread_at_ = end == std::string::npos ? unread_.size() : end + 1;
  return End(std::make_optional(std::move(line)));
}

// If the editor is in use, whoever uses it prints the text: nobody waits here for a user's function
// that takes long.
void PlainLineEditor::Print(absl::string_view text) {
  {
    const base::MutexLock lock(printing_);
    absl::StrAppend(&to_print_, text, absl::EndsWith(text, "\n") ? "" : "\n");
  }
  PrintQueued();
}

void PlainLineEditor::PrintQueued() {
  // Looks after the lock was given back: what came just before that has found it taken.
  while (HasQueued()) {
    const std::unique_lock<std::recursive_mutex> use(editing_, std::try_to_lock);
    if (!use.owns_lock()) return;
    std::string text;
    {
      const base::MutexLock lock(printing_);
      text.swap(to_print_);
    }
    if (begun_ && at_terminal_ && editor_.outcome() == Outcome::kEditing) {
      FollowSize();
      editor_.PrintAbove(text);
      text = editor_.TakeOutput();
    }
    terminal_.Write(text).IgnoreError();
  }
}

bool PlainLineEditor::HasQueued() {
  const base::MutexLock lock(printing_);
  return !to_print_.empty();
}

absl::Status PlainLineEditor::Bind(absl::string_view line) {
  const Use use(*this);
  const size_t history_size = environment_.settings.history_size;
  const line_plain::InputrcContext context = ContextFor(options_.application);
  absl::Status status =
      line_plain::InputrcReader(context, environment_.keymap, environment_.settings).ReadLine(line);
  FollowHistorySize(history_size);
  return status;
}

absl::StatusOr<std::vector<InitFileComplaint>> PlainLineEditor::ReadInitFile(
    const std::string& path) {
  const absl::StatusOr<std::string> contents = line_base::ReadTextFile(path);
  if (!contents.ok()) return contents.status();
  const Use use(*this);
  const size_t history_size = environment_.settings.history_size;
  const line_plain::InputrcContext context = ContextFor(options_.application);
  line_plain::InputrcReader reader(context, environment_.keymap, environment_.settings);
  std::vector<InitFileComplaint> complaints;
  for (line_plain::InputrcComplaint& each : reader.Read(path, *contents)) {
    complaints.push_back({std::move(each.file), each.line, std::move(each.text)});
  }
  FollowHistorySize(history_size);
  return complaints;
}

// What History::SetMaxSize has set stays, unless the variable was set to something else.
void PlainLineEditor::FollowHistorySize(size_t before) {
  const size_t size = environment_.settings.history_size;
  if (size != before) environment_.history.SetMaxSize(size);
}

void PlainLineEditor::SetCompleter(Completer completer) {
  const Use use(*this);
  environment_.completer = Kept(std::move(completer));
}

void PlainLineEditor::SetDisplayMatches(MatchesDisplay display) {
  const Use use(*this);
  if (!display) {
    environment_.display = nullptr;
    return;
  }
  environment_.display = [this, display = Kept(std::move(display))](
                             absl::string_view word, absl::Span<const std::string> matches,
                             int longest) {
    // What it writes to the terminal comes behind what the editor has written.
    Flush().IgnoreError();
    display(word, matches, longest);
  };
}

void PlainLineEditor::SetHinter(Hinter hinter) {
  const Use use(*this);
  environment_.hinter = Kept(std::move(hinter));
}

void PlainLineEditor::SetStartupHook(std::function<void()> hook) {
  const Use use(*this);
  startup_hook_ = Kept(std::move(hook));
}

void PlainLineEditor::SetPreInputHook(std::function<void()> hook) {
  const Use use(*this);
  pre_input_hook_ = Kept(std::move(hook));
}

void PlainLineEditor::SetDelimiters(absl::string_view delimiters) {
  const Use use(*this);
  environment_.delimiters = std::string(delimiters);
}

std::string PlainLineEditor::line() {
  const Use use(*this);
  return !begun_ && !prepared_.empty() ? prepared_ : editor_.line().text();
}

void PlainLineEditor::InsertText(absl::string_view text) {
  const Use use(*this);
  if (begun_) {
    editor_.line().Insert(text);
  } else {
    absl::StrAppend(&prepared_, text);
  }
}

void PlainLineEditor::Redisplay() {
  const Use use(*this);
  if (!begun_ || !at_terminal_ || editor_.outcome() != Outcome::kEditing) return;
  editor_.Redisplay();
  Flush().IgnoreError();
}

const LineBackend& PlainLineBackend() {
  static constexpr LineBackend kBackend = {
      "plain", "VT100 sequences, without terminfo",
      [](const LineEditorOptions& options) -> std::unique_ptr<LineEditor> {
        return std::make_unique<PlainLineEditor>(options);
      }};
  return kBackend;
}

}  // namespace someos
