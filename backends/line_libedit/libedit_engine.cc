#include "someos/backends/line_libedit/libedit_engine.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_base/add_line.h"
#include "someos/backends/line_base/open_copy.h"
#include "someos/backends/line_base/prompt_parts.h"
#include "someos/backends/line_base/terminal.h"
#include "someos/backends/line_base/text_file.h"
#include "someos/backends/line_base/utf8_locale.h"
#include "someos/backends/line_libedit/libedit_callbacks.h"
#include "someos/backends/line_libedit/wide_text.h"
#include "someos/backends/line_plain/completion_columns.h"

namespace someos::line_libedit {
namespace {

// What libedit's prompts have around what takes no columns.
constexpr absl::string_view kInvisible = "\1";

}  // namespace

// The terminal is in its mode already. el_end would set the one that el_init_fd has found, which is
// that of our keys, and throw away what is typed ahead; it leaves the terminal alone if editing is
// disabled.
LibeditEngine::~LibeditEngine() {
  if (editor_ == nullptr) return;
  el_wset(editor_, EL_EDITMODE, 0);
  el_end(editor_);
}

absl::Status LibeditEngine::Open() {
  if (editor_ != nullptr) return absl::OkStatus();
  const line_base::Utf8Locale utf8;
  input_.reset(line_base::OpenCopy(options_.input, "r"));
  output_.reset(line_base::OpenCopy(options_.output, "w"));
  nowhere_.reset(std::fopen("/dev/null", "we"));
  if (input_ == nullptr || output_ == nullptr || nowhere_ == nullptr) {
    return ErrnoStatus(errno, "libedit: open");
  }
  editor_ = el_init_fd(options_.application.c_str(), input_.get(), output_.get(), nowhere_.get(),
                       options_.input, options_.output, ::fileno(nowhere_.get()));
  if (editor_ == nullptr) return PlainStatus(absl::StatusCode::kResourceExhausted, "el_init_fd");
  SetUp();
  return absl::OkStatus();
}

void LibeditEngine::SetUp() {
  el_wset(editor_, EL_CLIENTDATA, this);
  el_wset(editor_, EL_PROMPT_ESC, Callbacks::Prompt, static_cast<int>(kInvisible[0]));
  el_wset(editor_, EL_GETCFN, Callbacks::GetCharacter);
  el_wset(editor_, EL_HIST, Callbacks::GetHistory, this);
  el_wset(editor_, EL_EDITOR, L"emacs");
  el_wset(editor_, EL_ADDFN, L"rl_complete", L"Complete the word", Callbacks::Complete);
  el_wset(editor_, EL_ADDFN, L"rl_possible_completions", L"List completions", Callbacks::List);
  el_wset(editor_, EL_ADDFN, L"someos-interrupt", L"End without a line", Callbacks::Interrupt);
  el_wset(editor_, EL_ADDFN, L"someos-suspend", L"Stop the program", Callbacks::Suspend);
  el_wset(editor_, EL_BIND, L"^I", L"rl_complete", nullptr);
  el_wset(editor_, EL_BIND, L"\\e?", L"rl_possible_completions", nullptr);
  el_wset(editor_, EL_BIND, L"^C", L"someos-interrupt", nullptr);
  el_wset(editor_, EL_BIND, L"^Z", L"someos-suspend", nullptr);
  el_wset(editor_, EL_BIND, L"^R", L"em-inc-search-prev", nullptr);
  el_wset(editor_, EL_BIND, L"^W", L"ed-delete-prev-word", nullptr);
  // Signals are keys: these functions' ones.
  el_wset(editor_, EL_SETTY, L"-d", L"-isig", nullptr);
}

absl::Status LibeditEngine::Begin(const LineOptions& options, absl::string_view text,
                                  line_base::TerminalSize size) {
  absl::Status status = Open();
  if (!status.ok()) return status;
  const line_base::Utf8Locale utf8;
  line_options_ = options;
  width_ = size.width;
  outcome_ = Outcome::kEditing;
  entry_ = history_.size();
  const size_t row = options.prompt.rfind('\n') + 1;  // npos + 1 is 0
  first_rows_ = options.prompt.substr(0, row);
  const absl::string_view last_row = absl::string_view(options.prompt).substr(row);
  prompt_ = Widened(line_base::MarkedPrompt(last_row, kInvisible, kInvisible));
  prompt_columns_ = line_base::VisiblePrompt(last_row);
  Write(first_rows_);
  if (!shown()) Write(line_options_.prompt.substr(first_rows_.size()));
  el_wset(editor_, EL_SETFP, 1, shown() ? output_.get() : nowhere_.get());
  erased_ = false;
  el_wset(editor_, EL_UNBUFFERED, 1);  // shows the prompt
  Insert(text);
  TakeKeys();
  return absl::OkStatus();
}

void LibeditEngine::Feed(absl::string_view bytes) {
  keys_.Add(bytes);
  TakeKeys();
}

void LibeditEngine::Expire() {
  keys_.Expire();
  expired_ = true;
  TakeKeys();
  expired_ = false;
}

// One command at a time; until libedit asks for another one and there is none. Then there is no
// macro left either.
void LibeditEngine::TakeKeys() {
  const line_base::Utf8Locale utf8;
  asked_ = false;
  while (outcome_ == Outcome::kEditing && !asked_) {
    if (erased_) Redisplay();
    first_key_ = true;
    int count = 0;
    el_wgets(editor_, &count);
    LookAtLine();
  }
}

void LibeditEngine::LookAtLine() {
  if (!to_list_.empty()) List();
  const std::string text = line();
  if (outcome_ != Outcome::kEditing) {
    if (outcome_ == Outcome::kInterrupted) Finish(Outcome::kInterrupted);
  } else if (text == "\4") {  // what libedit says for the end
    Finish(Outcome::kEndOfInput);
  } else if (absl::EndsWith(text, "\n")) {
    last_line_ = text.substr(0, text.size() - 1);
    // libedit has moved to the next row.
    if (!shown()) Write("\r\n");
    erased_ = true;
    Finish(Outcome::kLine);
    line_base::AddLine(last_line_, line_options_, history_);
  }
}

void LibeditEngine::Finish(Outcome outcome) {
  if (outcome != Outcome::kLine) {
    last_line_ = line();
    Leave();
  }
  outcome_ = outcome;
  el_wset(editor_, EL_UNBUFFERED, 0);
}

void LibeditEngine::Write(absl::string_view text) {
  std::fflush(output_.get());
  std::fwrite(text.data(), 1, text.size(), output_.get());
  std::fflush(output_.get());
}

// From where the cursor is, which is where libedit has put it.
void LibeditEngine::Erase() {
  if (std::exchange(erased_, true) || !shown()) return;
  const LineInfoW* const info = el_wline(editor_);
  const std::string before = absl::StrCat(
      prompt_columns_, Narrowed({info->buffer, static_cast<size_t>(info->cursor - info->buffer)}));
  const int rows = line_plain::TextWidth(before) / width_;
  Write(absl::StrCat("\r", rows > 0 ? absl::StrCat("\033[", rows, "A") : "", "\033[J"));
}

int LibeditEngine::MoveToEnd() {
  Erase();
  const LineInfoW* const info = el_wline(editor_);
  const int behind = static_cast<int>(info->lastchar - info->cursor);
  el_cursor(editor_, behind);
  Redisplay();
  return -behind;
}

void LibeditEngine::Redisplay() {
  const line_base::Utf8Locale utf8;
  Erase();
  el_wset(editor_, EL_REFRESH);
  erased_ = false;
}

void LibeditEngine::Leave() {
  const line_base::Utf8Locale utf8;
  MoveToEnd();
  Write("\r\n");
  erased_ = true;
}

void LibeditEngine::Abandon() {
  last_line_ = line();
  outcome_ = Outcome::kEndOfInput;
  el_wset(editor_, EL_UNBUFFERED, 0);
}

void LibeditEngine::Resume() {
  outcome_ = Outcome::kEditing;
  erased_ = true;
  Write(first_rows_);
  if (!shown()) Write(line_options_.prompt.substr(first_rows_.size()));
  Redisplay();
  TakeKeys();
}

void LibeditEngine::Resize(line_base::TerminalSize size) {
  if (size.width == width_) return;
  const line_base::Utf8Locale utf8;
  width_ = size.width;
  Erase();
  el_resize(editor_);
  Redisplay();
}

void LibeditEngine::PrintAbove(absl::string_view text) {
  const line_base::Utf8Locale utf8;
  Erase();
  if (!shown()) Write("\r\033[J");
  Write(absl::StrCat(absl::StrReplaceAll(text, {{"\n", "\r\n"}}),
                     absl::EndsWith(text, "\n") ? "" : "\r\n"));
  if (!shown()) Write(line_options_.prompt.substr(first_rows_.size()));
  Redisplay();
}

std::string LibeditEngine::TakeOutput() {
  if (output_ != nullptr) std::fflush(output_.get());
  return "";
}

std::string LibeditEngine::line() const {
  if (editor_ == nullptr || outcome_ == Outcome::kLine) return last_line_;
  const LineInfoW* const info = el_wline(editor_);
  return Narrowed({info->buffer, static_cast<size_t>(info->lastchar - info->buffer)});
}

void LibeditEngine::Insert(absl::string_view text) {
  if (text.empty()) return;
  const line_base::Utf8Locale utf8;
  Erase();
  el_winsertstr(editor_, Widened(text).c_str());
}

absl::Status LibeditEngine::Bind(absl::string_view line) {
  absl::Status status = Open();
  if (!status.ok()) return status;
  const line_base::Utf8Locale utf8;
  Tokenizer* const tokenizer = tok_init(nullptr);
  if (tokenizer == nullptr) return PlainStatus(absl::StatusCode::kResourceExhausted, "tok_init");
  int count = 0;
  const char** words = nullptr;
  const std::string text(line);
  const bool complete = tok_str(tokenizer, text.c_str(), &count, &words) == 0;
  const bool done = complete && count > 0 && el_parse(editor_, count, words) == 0;
  tok_end(tokenizer);
  if (done) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("libedit does not understand \"", line, "\""));
}

absl::StatusOr<std::vector<InitFileComplaint>> LibeditEngine::ReadInitFile(
    const std::string& path) {
  const absl::StatusOr<std::string> contents = line_base::ReadTextFile(path);
  if (!contents.ok()) return contents.status();
  std::vector<InitFileComplaint> complaints;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(*contents, '\n')) {
    ++number;
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty() || text[0] == '#') continue;
    const absl::Status status = Bind(text);
    if (!status.ok()) complaints.push_back({path, number, std::string(status.message())});
  }
  return complaints;
}

}  // namespace someos::line_libedit
