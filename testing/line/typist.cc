#include "someos/testing/line/typist.h"

#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/line_editor.h"
#include "someos/testing/clocks.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

}  // namespace

Typist::Typist(const LineBackend& backend) {
  if (!valid()) return;
  // For engines that look up what a terminal of this name can do.
  setenv("TERM", "vt100", 1);
  terminal_.MakeCooked();
  Resize(kTypistWidth, kTypistHeight);
  mode_before_ = Mode();
  LineEditorOptions options;
  options.input = terminal();
  options.output = terminal();
  options.application = "typist";
  editor_ = backend.create(options);
}

Typist::~Typist() {
  if (!reader_.joinable()) return;
  HangUp();
  reader_.join();
}

void Typist::Start(const LineOptions& options) {
  reader_ = std::thread([this, options] { line_ = editor_->ReadLine(options); });
  AwaitEditor();
}

absl::StatusOr<std::string> Typist::Line() {
  reader_.join();
  Look();
  return *std::exchange(line_, std::nullopt);
}

void Typist::Type(absl::string_view keys) {
  // In pieces, so that the terminal's buffer takes them.
  constexpr size_t kPiece = 1000;
  while (!keys.empty()) {
    pollfd ready = {terminal_.controller.get(), POLLOUT, 0};
    MustSucceed(poll(&ready, 1, -1), "poll");
    const ssize_t count =
        write(terminal_.controller.get(), keys.data(), std::min(kPiece, keys.size()));
    if (count > 0) keys.remove_prefix(static_cast<size_t>(count));
    Look();
  }
}

void Typist::Look() { screen_.Write(ReadAvailable(terminal_.controller.get())); }

bool Typist::SeeThat(absl::FunctionRef<bool()> condition) {
  const absl::Duration end = MonotonicNow() + kPatience;
  for (;;) {
    Look();
    if (condition()) return true;
    if (MonotonicNow() > end) return false;
    pollfd ready = {terminal_.controller.get(), POLLIN, 0};
    MustSucceed(poll(&ready, 1, 20), "poll");
  }
}

std::string Typist::See(absl::string_view rows) {
  SeeThat([&] { return screen_.Text() == rows; });
  return screen_.Text();
}

void Typist::Resize(int width, int height) {
  Look();
  screen_.Resize(width, height);
  terminal_.Resize(width, height);
}

std::string Typist::Mode() const {
  termios mode = {};
  MustSucceed(tcgetattr(terminal(), &mode), "tcgetattr");
  std::string text = absl::StrCat(mode.c_iflag, " ", mode.c_oflag, " ", mode.c_lflag);
  for (const cc_t character : mode.c_cc) absl::StrAppend(&text, " ", static_cast<int>(character));
  return text;
}

bool Typist::IsAsBefore() const { return Mode() == mode_before_; }

}  // namespace someos
