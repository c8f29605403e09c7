#include "someos/backends/line_gnu/gnu_callbacks.h"

#include <clocale>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_base/add_line.h"
#include "someos/backends/line_gnu/gnu_engine.h"
#include "someos/backends/line_plain/completion_columns.h"

namespace someos::line_gnu {
namespace {

using Outcome = line_base::LineEngine::Outcome;

// It is in its mode already; the library would take that for one without an echo.
void LeaveTheTerminalAlone(int /*meta*/) { rl_tty_set_echoing(1); }
void LeaveTheTerminalAlone() {}

// As the library has it: malloc(3)'s, or nullptr.
char* Copied(const std::string& text) { return strdup(text.c_str()); }

}  // namespace

GnuEngine* Callbacks::current = nullptr;

void Callbacks::Install(const char* application) {
  static bool installed = false;
  if (installed) return;
  installed = true;
  rl_readline_name = strdup(application);
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_prep_term_function = LeaveTheTerminalAlone;
  rl_deprep_term_function = LeaveTheTerminalAlone;
  rl_getc_function = GetCharacter;
  rl_input_available_hook = IsInputAvailable;
  rl_startup_hook = InsertFirstText;
  rl_attempted_completion_function = Complete;
  // It would ask, and wait for the answer.
  rl_completion_query_items = 0;
  // The library sets the program's locale.
  const char* const locale = std::setlocale(LC_CTYPE, nullptr);
  const std::string before = locale == nullptr ? "C" : locale;
  rl_initialize();
  std::setlocale(LC_CTYPE, before.c_str());
  rl_variable_bind("page-completions", "off");
  rl_add_defun("someos-interrupt", Interrupt, 'C' & 0x1f);
  rl_add_defun("someos-suspend", Suspend, 'Z' & 0x1f);
}

// Whole keys are there; what reads further, such as a question, has no way to go on later.
int Callbacks::GetCharacter(std::FILE* /*input*/) {
  if (current == nullptr) return EOF;
  std::optional<unsigned char> byte = current->keys_.Take();
  if (!byte.has_value()) byte = current->keys_.Await();
  return byte.has_value() ? *byte : EOF;
}

int Callbacks::IsInputAvailable() { return current != nullptr && current->keys_.ready() ? 1 : 0; }

int Callbacks::InsertFirstText() {
  if (current != nullptr) rl_insert_text(current->first_text_.c_str());
  return 0;
}

void Callbacks::TakeLine(char* line) {
  GnuEngine& engine = *current;
  if (line == nullptr) {
    engine.last_line_.clear();
    engine.outcome_ = Outcome::kEndOfInput;
    rl_crlf();
  } else if (engine.outcome_ == Outcome::kEditing) {
    engine.last_line_ = line;
    engine.outcome_ = Outcome::kLine;
    line_base::AddLine(engine.last_line_, engine.line_options_, engine.history_);
  }
  std::free(line);
  engine.MarkPastes(false);
  current = nullptr;
  rl_callback_handler_remove();
}

// What is not to be seen is drawn as another line.
void Callbacks::Redisplay() {
  const LineEcho echo = current == nullptr ? LineEcho::kText : current->line_options_.echo;
  if (echo == LineEcho::kText) return rl_redisplay();
  const int asterisks = echo == LineEcho::kAsterisks ? 1 : 0;
  const absl::string_view before(rl_line_buffer, static_cast<size_t>(rl_point));
  const absl::string_view all(rl_line_buffer, static_cast<size_t>(rl_end));
  const auto points = [&](absl::string_view text) {
    return static_cast<size_t>(asterisks * line_plain::TextWidth(text));
  };
  std::string masked(points(all), '*');
  char* const line = rl_line_buffer;
  const int point = rl_point;
  const int end = rl_end;
  const int mark = rl_mark;
  rl_point = static_cast<int>(points(before));
  rl_end = static_cast<int>(masked.size());
  rl_mark = 0;
  rl_line_buffer = masked.data();
  rl_redisplay();
  rl_line_buffer = line;
  rl_point = point;
  rl_end = end;
  rl_mark = mark;
}

char** Callbacks::Complete(const char* /*text*/, int begin, int end) {
  // Not files, if there are no matches.
  rl_attempted_completion_over = 1;
  rl_completion_append_character = '\0';
  if (current == nullptr || !current->completer_) return nullptr;
  const std::string line(rl_line_buffer, static_cast<size_t>(rl_end));
  CompletionRequest request;
  request.line = line;
  request.begin = static_cast<size_t>(begin);
  request.end = static_cast<size_t>(end);
  request.type = rl_completion_type;
  const std::vector<std::string> matches = current->completer_(request);
  if (matches.empty()) return nullptr;
  auto** const result = static_cast<char**>(std::calloc(matches.size() + 2, sizeof(char*)));
  if (result == nullptr) return nullptr;
  result[0] =
      Copied(matches.size() == 1 ? matches[0] : line_plain::CommonBeginning(matches, false));
  if (matches.size() == 1) return result;
  for (size_t i = 0; i < matches.size(); ++i) result[i + 1] = Copied(matches[i]);
  return result;
}

// The library has them from the second one on.
void Callbacks::DisplayMatches(char** matches, int count, int longest) {
  const std::vector<std::string> texts(matches + 1, matches + 1 + count);
  rl_crlf();
  std::fflush(rl_outstream);
  current->display_(matches[0], texts, longest);
  rl_forced_update_display();
}

int Callbacks::Interrupt(int /*count*/, int /*key*/) {
  current->outcome_ = Outcome::kInterrupted;
  return 0;
}

int Callbacks::Suspend(int /*count*/, int /*key*/) {
  current->outcome_ = Outcome::kSuspended;
  return 0;
}

}  // namespace someos::line_gnu
