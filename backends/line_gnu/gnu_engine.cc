#include "someos/backends/line_gnu/gnu_engine.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_base/bracketed_paste.h"
#include "someos/backends/line_base/open_copy.h"
#include "someos/backends/line_base/prompt_parts.h"
#include "someos/backends/line_base/terminal.h"
#include "someos/backends/line_base/text_file.h"
#include "someos/backends/line_base/utf8_locale.h"
#include "someos/backends/line_gnu/gnu_callbacks.h"

namespace someos::line_gnu {
namespace {

std::string Variable(const char* name) {
  const char* const value = rl_variable_value(name);
  return value == nullptr ? "" : value;
}

// What History::SetMaxSize has set stays, unless the variable was set to something else.
void FollowHistorySize(const std::string& before, History& history) {
  const std::string now = Variable("history-size");
  int size = 0;
  if (now == before || !absl::SimpleAtoi(now, &size)) return;
  history.SetMaxSize(size < 0 ? History::kUnlimited : static_cast<size_t>(size));
  // The library is given what there is.
  unstifle_history();
}

}  // namespace

absl::Status GnuEngine::Open() {
  if (input_ != nullptr && output_ != nullptr) return absl::OkStatus();
  const line_base::Utf8Locale utf8;
  input_.reset(line_base::OpenCopy(options_.input, "r"));
  output_.reset(line_base::OpenCopy(options_.output, "w"));
  if (input_ == nullptr || output_ == nullptr) return ErrnoStatus(errno, "readline: open");
  rl_instream = input_.get();
  rl_outstream = output_.get();
  Callbacks::Install(options_.application.c_str());
  return absl::OkStatus();
}

absl::Status GnuEngine::Begin(const LineOptions& options, absl::string_view text,
                              line_base::TerminalSize size) {
  if (Callbacks::current != nullptr) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "begin: another line is being read, and GNU readline has but one");
  }
  absl::Status status = Open();
  if (!status.ok()) return status;
  const line_base::Utf8Locale utf8;
  Callbacks::current = this;
  line_options_ = options;
  first_text_ = std::string(text);
  size_ = size;
  outcome_ = Outcome::kEditing;
  rl_instream = input_.get();
  rl_outstream = output_.get();
  // With another function than its own, the library would not look up what the terminal can do.
  const bool shown = options.echo == LineEcho::kText;
  rl_redisplay_function = shown ? rl_redisplay : Callbacks::Redisplay;
  rl_set_screen_size(size.height, size.width);
  ShareHistory();
  MarkPastes(true);
  const std::string prompt =
      line_base::MarkedPrompt(options.prompt, absl::string_view("\1"), absl::string_view("\2"));
  rl_callback_handler_install(prompt.c_str(), Callbacks::TakeLine);
  TakeKeys();
  return absl::OkStatus();
}

void GnuEngine::ShareHistory() const {
  clear_history();
  for (size_t i = 0; i < history_.size(); ++i) add_history(history_[i].c_str());
  using_history();
}

void GnuEngine::Feed(absl::string_view bytes) {
  keys_.Add(bytes);
  TakeKeys();
}

void GnuEngine::Expire() {
  keys_.Expire();
  TakeKeys();
}

void GnuEngine::TakeKeys() {
  const line_base::Utf8Locale utf8;
  rl_completion_display_matches_hook = display_ ? Callbacks::DisplayMatches : nullptr;
  rl_completer_word_break_characters = delimiters_.c_str();
  while (outcome_ == Outcome::kEditing && keys_.ready()) rl_callback_read_char();
  if (outcome_ != Outcome::kInterrupted) return;
  last_line_ = line();
  Leave();
  Abandon();
}

void GnuEngine::Write(absl::string_view text) {
  std::fwrite(text.data(), 1, text.size(), output_.get());
  std::fflush(output_.get());
}

void GnuEngine::MarkPastes(bool on) {
  if (Variable("enable-bracketed-paste") != "on") return;
  Write(on ? line_base::kPasteOn : line_base::kPasteOff);
}

void GnuEngine::Resize(line_base::TerminalSize size) {
  if (size.width == size_.width && size.height == size_.height) return;
  const line_base::Utf8Locale utf8;
  size_ = size;
  rl_resize_terminal();
}

void GnuEngine::PrintAbove(absl::string_view text) {
  const line_base::Utf8Locale utf8;
  rl_clear_visible_line();
  Write(absl::StrCat(absl::StrReplaceAll(text, {{"\n", "\r\n"}}),
                     absl::EndsWith(text, "\n") ? "" : "\r\n"));
  rl_forced_update_display();
}

void GnuEngine::Resume() {
  const line_base::Utf8Locale utf8;
  outcome_ = Outcome::kEditing;
  MarkPastes(true);
  rl_forced_update_display();
  TakeKeys();
}

void GnuEngine::Redisplay() {
  const line_base::Utf8Locale utf8;
  Callbacks::Redisplay();
}

void GnuEngine::Leave() {
  const line_base::Utf8Locale utf8;
  const int point = rl_point;
  rl_point = rl_end;
  Callbacks::Redisplay();
  rl_point = point;
  rl_crlf();
  MarkPastes(false);
}

void GnuEngine::Abandon() {
  if (Callbacks::current != this) return;
  const line_base::Utf8Locale utf8;
  Callbacks::current = nullptr;
  rl_callback_sigcleanup();
  rl_callback_handler_remove();
}

std::string GnuEngine::TakeOutput() {
  if (output_ != nullptr) std::fflush(output_.get());
  return "";
}

std::string GnuEngine::line() const {
  const bool edits = Callbacks::current == this;
  return edits ? std::string(rl_line_buffer, static_cast<size_t>(rl_end)) : last_line_;
}

void GnuEngine::Insert(absl::string_view text) {
  const line_base::Utf8Locale utf8;
  rl_insert_text(std::string(text).c_str());
}

absl::Status GnuEngine::Bind(absl::string_view line) {
  absl::Status status = Open();
  if (!status.ok()) return status;
  const line_base::Utf8Locale utf8;
  const std::string size = Variable("history-size");
  std::string copy(line);  // the library changes it
  const bool bound = rl_parse_and_bind(copy.data()) == 0;
  FollowHistorySize(size, history_);
  if (bound) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("GNU readline does not understand \"", line, "\""));
}

absl::StatusOr<std::vector<InitFileComplaint>> GnuEngine::ReadInitFile(const std::string& path) {
  // For its errors: the library's has no message.
  const absl::StatusOr<std::string> contents = line_base::ReadTextFile(path);
  if (!contents.ok()) return contents.status();
  absl::Status status = Open();
  if (!status.ok()) return status;
  const line_base::Utf8Locale utf8;
  const std::string size = Variable("history-size");
  const int error = rl_read_init_file(path.c_str());
  FollowHistorySize(size, history_);
  if (error != 0) return ErrnoStatus(error, absl::StrCat(path, ": read"));
  return std::vector<InitFileComplaint>();
}

}  // namespace someos::line_gnu
