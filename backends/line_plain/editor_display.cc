// What the editor shows.

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/backends/line_plain/key_decoder.h"
#include "someos/backends/line_plain/layout.h"

namespace someos::line_plain {
namespace {

// Rows as a terminal needs them whose driver may not turn a newline into more.
std::string WithReturns(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\n", "\r\n"}});
}

}  // namespace

Frame Editor::Draw() const {
  Layout layout(width_, height_);
  if (search_.has_value()) {
    layout.AddText(SearchPrompt(), Style::kNormal);
  } else {
    layout.AddPrompt(options_.prompt);
  }
  absl::string_view text = line_.text();
  size_t cursor = line_.cursor();
  if (options_.echo == LineEcho::kNothing) {
    text = "";
    cursor = 0;
  }
  const bool masked = options_.echo == LineEcho::kAsterisks;
  layout.AddText(text.substr(0, cursor), Style::kNormal, masked);
  layout.PlaceCursor();
  layout.AddText(text.substr(cursor), Style::kNormal, masked);
  layout.AddText(hint_, Style::kHint);
  return layout.Take();
}

void Editor::AskForHint() {
  hint_.clear();
  const bool hints = environment_.hinter && !search_.has_value() && outcome_ == Outcome::kEditing &&
                     options_.echo == LineEcho::kText && line_.cursor() == line_.text().size();
  if (!hints || asking_) return;
  asking_ = true;
  hint_ = environment_.hinter(std::string(line_.text()));
  asking_ = false;
}

void Editor::Show() {
  AskForHint();
  screen_.Show(Draw(), out_);
  shown_ = true;
}

void Editor::Resize(int width, int height) {
  if (width == width_ && height == height_) return;
  width_ = width;
  height_ = height;
  screen_.Resize(width, out_);
  screen_.Show(Draw(), out_);
}

// Without asking for another hint: this is a thread that the hinter does not expect.
void Editor::PrintAbove(absl::string_view text) {
  screen_.Erase(out_);
  absl::StrAppend(&out_, WithReturns(text), absl::EndsWith(text, "\n") ? "" : "\r\n");
  screen_.Show(Draw(), out_);
}

// The line stays where it is; it is shown once more below the text.
void Editor::WriteBelow(absl::string_view text) {
  Show();
  screen_.Leave(out_);
  absl::StrAppend(&out_, WithReturns(text));
  shown_ = false;
}

void Editor::Resume() {
  outcome_ = Outcome::kEditing;
  screen_.Forget();
  if (environment_.settings.enable_bracketed_paste) absl::StrAppend(&out_, kPasteOn);
  Show();
  TakeKeys();
}

void Editor::Leave() {
  Show();
  screen_.Leave(out_);
  if (environment_.settings.enable_bracketed_paste) absl::StrAppend(&out_, kPasteOff);
}

}  // namespace someos::line_plain
