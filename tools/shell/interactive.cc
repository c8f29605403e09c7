#include "someos/tools/shell/interactive.h"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/select.h"
#include "someos/tools/shell/commands/completion.h"

namespace someos::shell {
namespace {

constexpr char kPrompt[] = "someos> ";

}  // namespace

Interactive::Interactive(Session& session, LineEditor& editor, absl::string_view history)
    : session_(session), editor_(editor), history_(history) {
  editor_.SetDelimiters(" \t");
  editor_.SetCompleter([this](const CompletionRequest& request) {
    return Complete(session_, request.line.substr(0, request.begin), request.word());
  });
}

Interactive::~Interactive() {
  session_.notices().SetWake(nullptr);
  editor_.SetCompleter(nullptr);
}

absl::StatusOr<int> Interactive::Run() {
  PollerOptions options;
  options.return_on_signal = true;  // the terminal may have another size
  absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(options);
  if (!poller.ok()) return poller.status();
  poller_ = *std::move(poller);
  absl::Status status = poller_->Register(editor_.fileno(), Interest::kReadable);
  if (!status.ok()) return status;
  session_.notices().SetWake([this] { poller_->Wake().IgnoreError(); });
  ReadHistory();
  status = Begin();
  while (status.ok() && !session_.exit_code().has_value()) status = Round();
  editor_.Cancel();
  AppendHistory();
  if (!status.ok()) return status;
  return *session_.exit_code();
}

absl::Status Interactive::Begin() {
  LineOptions options;
  options.prompt = kPrompt;
  return editor_.Begin(options);
}

absl::Status Interactive::Round() {
  Event events[1];
  const absl::StatusOr<size_t> count = poller_->Wait(events, editor_.timeout());
  const bool signalled = ErrnoOf(count.status()) == EINTR;
  if (!count.ok() && !signalled) return count.status();
  // Also if there are keys: the Wake of a notice may have ended the same wait.
  const bool any_notices = ShowNotices();
  if (session_.exit_code().has_value()) return absl::OkStatus();
  if (signalled || *count > 0) return OnLine(editor_.OnReadable());
  return any_notices ? absl::OkStatus() : OnLine(editor_.OnTimeout());
}

absl::Status Interactive::OnLine(const absl::StatusOr<std::optional<std::string>>& line) {
  if (absl::IsOutOfRange(line.status())) {
    session_.Exit(0);
    return absl::OkStatus();
  }
  if (absl::IsCancelled(line.status())) return Begin();  // Control and C: another line
  if (!line.ok()) return line.status();
  if (!line->has_value()) return absl::OkStatus();
  Report(session_.Execute(**line));
  return session_.exit_code().has_value() ? absl::OkStatus() : Begin();
}

bool Interactive::ShowNotices() {
  bool any = false;
  while (const std::optional<Notice> notice = session_.notices().Take(absl::ZeroDuration())) {
    any = true;
    Report(session_.Handle(*notice));
  }
  return any;
}

void Interactive::Report(const Outcome& outcome) {
  if (!outcome.status.ok()) session_.Print(absl::StrCat("error: ", outcome.status.message()));
}

void Interactive::ReadHistory() {
  if (history_.empty()) return;
  const absl::Status status = editor_.history().Read(history_);
  if (!status.ok() && ErrnoOf(status) != ENOENT) {
    session_.Print(absl::StrCat("error: ", history_, ": ", status.message()));
  }
  old_entries_ = editor_.history().size();
}

void Interactive::AppendHistory() {
  if (history_.empty()) return;
  const History& history = editor_.history();
  if (history.size() <= old_entries_) return;
  const absl::Status status = history.Append(history_, history.size() - old_entries_);
  if (!status.ok()) session_.Print(absl::StrCat("error: ", history_, ": ", status.message()));
}

}  // namespace someos::shell
