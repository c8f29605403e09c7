// libedit as the engine of a LineEditor.

#ifndef SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_ENGINE_H_
#define SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_ENGINE_H_

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_base/key_feed.h"
#include "someos/backends/line_base/line_engine.h"
#include "someos/backends/line_base/terminal.h"

struct editline;  // libedit's EditLine

namespace someos::line_libedit {

class LibeditEngine : public line_base::LineEngine {
 public:
  explicit LibeditEngine(const LineEditorOptions& options)
      : options_(options), keys_(options.input) {}
  ~LibeditEngine() override;

  absl::string_view name() const override { return "libedit"; }
  LineCapabilities capabilities() const override {
    LineCapabilities capabilities;
    capabilities.print_above = true;
    return capabilities;
  }
  History& history() override { return history_; }

  absl::Status Begin(const LineOptions& options, absl::string_view text,
                     line_base::TerminalSize size) override;
  void Feed(absl::string_view bytes) override;
  bool waiting() const override { return keys_.waiting(); }
  absl::Duration key_timeout() const override { return absl::Milliseconds(500); }
  void Expire() override;
  void Resize(line_base::TerminalSize size) override;
  void PrintAbove(absl::string_view text) override;
  void Resume() override;
  void Redisplay() override;
  void Leave() override;
  void Abandon() override;
  Outcome outcome() const override { return outcome_; }
  std::string TakeOutput() override;
  std::string line() const override;
  void Insert(absl::string_view text) override;

  absl::Status Bind(absl::string_view line) override;
  absl::StatusOr<std::vector<InitFileComplaint>> ReadInitFile(const std::string& path) override;
  void SetCompleter(Completer completer) override { completer_ = std::move(completer); }
  void SetDisplayMatches(MatchesDisplay display) override { display_ = std::move(display); }
  void SetHinter(Hinter /*hinter*/) override {}
  void SetDelimiters(absl::string_view delimiters) override {
    delimiters_ = std::string(delimiters);
  }
  std::string delimiters() const override { return delimiters_; }

 private:
  friend struct Callbacks;  // what libedit calls

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  // Makes the EditLine, if there is none yet.
  absl::Status Open();
  void SetUp();
  void TakeKeys();
  // What a command has done, which may have ended the line.
  void LookAtLine();
  void Finish(Outcome outcome);
  void Write(absl::string_view text);
  // So that the terminal does not show the line, and libedit can show another one in its place.
  void Erase();
  // Returns how far the cursor was from there, for el_cursor.
  int MoveToEnd();
  bool shown() const { return line_options_.echo == LineEcho::kText; }

  // libedit_completion.cc
  bool Complete(int type);
  void List();

  const LineEditorOptions options_;
  line_base::KeyFeed keys_;
  File input_;
  File output_;
  File nowhere_;  // where lines go that are not shown
  editline* editor_ = nullptr;

  History history_;
  size_t entry_ = 0;         // of the history, that libedit looks at
  std::wstring entry_text_;  // its text
  std::string delimiters_ = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";
  Completer completer_;
  MatchesDisplay display_;

  LineOptions line_options_;
  std::string first_rows_;      // of the prompt
  std::wstring prompt_;         // its last row
  std::string prompt_columns_;  // what is visible of that
  int width_ = 80;
  Outcome outcome_ = Outcome::kLine;
  std::string last_line_;
  bool erased_ = false;     // see Erase
  bool first_key_ = false;  // libedit is to ask for the beginning of a command
  bool asked_ = false;      // and has, and there was none
  bool expired_ = false;    // what is there is all of a key
  std::vector<std::string> to_list_;
  std::string listed_word_;
};

}  // namespace someos::line_libedit

#endif  // SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_ENGINE_H_
