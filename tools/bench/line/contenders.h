// The editors that are compared, each at a terminal that the benchmark reads and writes.

#ifndef SOMEOS_TOOLS_BENCH_LINE_CONTENDERS_H_
#define SOMEOS_TOOLS_BENCH_LINE_CONTENDERS_H_

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include "someos/api/line_editor.h"
#include "someos/testing/pseudo_terminal.h"

namespace someos {

// The size of the terminal.
inline constexpr int kWidth = 132;
inline constexpr int kHeight = 24;

// This library's, as an event loop uses it.
class PlainEditor {
 public:
  static constexpr char kName[] = "line_plain";

  explicit PlainEditor(int terminal);
  // Shows a prompt.
  void Begin();
  // Handles what can be read. True: that has ended the line.
  bool OnReadable();
  size_t line_size() const { return line_.size(); }
  void Cancel() { editor_->Cancel(); }

 private:
  std::unique_ptr<LineEditor> editor_;
  std::string line_;
};

// GNU readline, through its callback interface. One at a time.
class GnuReadline {
 public:
  static constexpr char kName[] = "GNU readline";

  explicit GnuReadline(int terminal);
  GnuReadline(const GnuReadline&) = delete;
  GnuReadline& operator=(const GnuReadline&) = delete;
  ~GnuReadline();
  void Begin();
  bool OnReadable();
  size_t line_size() const;
  void Cancel();

 private:
  std::FILE* const input_;
  std::FILE* const output_;
};

// Waits until the descriptor is readable.
void AwaitReadable(int fd);

// A line on which 80 columns are taken, and another key comes.
template <typename Editor>
class LongLine {
 public:
  LongLine() : editor_(terminal_.terminal.get()) {
    terminal_.MakeCooked();
    terminal_.Resize(kWidth, kHeight);
    editor_.Begin();
    for (int column = 2; column < 80; ++column) {
      Press();
      editor_.OnReadable();
    }
  }
  ~LongLine() { editor_.Cancel(); }

  // Presses a key. Returns when the editor can read it.
  void Press();
  Editor& editor() { return editor_; }
  // What was written to the terminal since the last call.
  std::string TakeOutput();

 private:
  PseudoTerminal terminal_;
  Editor editor_;
};

// How many keys a LongLine takes before it is wrapped.
inline constexpr int kKeys = 40;

}  // namespace someos

#endif  // SOMEOS_TOOLS_BENCH_LINE_CONTENDERS_H_
