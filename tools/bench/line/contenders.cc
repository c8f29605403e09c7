#include "someos/tools/bench/line/contenders.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>
// The library's headers need it before them.
#include <readline/history.h>
#include <readline/readline.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "someos/api/readline.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

constexpr char kPrompt[] = "> ";

bool gnu_has_line = false;
size_t gnu_line_size = 0;

void TakeLine(char* line) {
  gnu_has_line = true;
  gnu_line_size = line == nullptr ? 0 : std::strlen(line);
  std::free(line);
  rl_callback_handler_remove();
}

}  // namespace

void AwaitReadable(int fd) {
  pollfd ready = {fd, POLLIN, 0};
  MustSucceed(poll(&ready, 1, -1), "poll");
}

PlainEditor::PlainEditor(int terminal) {
  LineEditorOptions options;
  options.input = terminal;
  options.output = terminal;
  editor_ = NewLineEditor(options);
}

void PlainEditor::Begin() {
  LineOptions options;
  options.prompt = kPrompt;
  if (!editor_->Begin(options).ok()) std::abort();
}

bool PlainEditor::OnReadable() {
  auto line = editor_->OnReadable();
  if (!line.ok()) std::abort();
  if (!line->has_value()) return false;
  line_ = **std::move(line);
  return true;
}

GnuReadline::GnuReadline(int terminal)
    : input_(fdopen(MustSucceed(dup(terminal), "dup"), "r")),
      output_(fdopen(MustSucceed(dup(terminal), "dup"), "w")) {
  rl_instream = input_;
  rl_outstream = output_;
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
}

GnuReadline::~GnuReadline() {
  std::fclose(input_);
  std::fclose(output_);
}

void GnuReadline::Begin() {
  gnu_has_line = false;
  rl_set_screen_size(kHeight, kWidth);
  rl_callback_handler_install(kPrompt, TakeLine);
}

bool GnuReadline::OnReadable() {
  rl_callback_read_char();
  return gnu_has_line;
}

size_t GnuReadline::line_size() const { return gnu_line_size; }

void GnuReadline::Cancel() {
  if (!gnu_has_line) rl_callback_handler_remove();
}

template <typename Editor>
void LongLine<Editor>::Press() {
  WriteText(terminal_.controller.get(), "x");
  AwaitReadable(terminal_.terminal.get());
}

template <typename Editor>
std::string LongLine<Editor>::TakeOutput() {
  std::string output;
  // The terminal needs time to pass it on.
  for (pollfd ready = {terminal_.controller.get(), POLLIN, 0}; poll(&ready, 1, 200) > 0;) {
    output += ReadAvailable(terminal_.controller.get());
  }
  return output;
}

template class LongLine<PlainEditor>;
template class LongLine<GnuReadline>;

}  // namespace someos
