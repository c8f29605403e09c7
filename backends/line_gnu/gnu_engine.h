// GNU readline as the engine of a LineEditor.

#ifndef SOMEOS_BACKENDS_LINE_GNU_GNU_ENGINE_H_
#define SOMEOS_BACKENDS_LINE_GNU_GNU_ENGINE_H_

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

namespace someos::line_gnu {

// The library has one line, one history and one set of bindings per process: the engine that has
// begun a line has them.
class GnuEngine : public line_base::LineEngine {
 public:
  explicit GnuEngine(const LineEditorOptions& options) : options_(options), keys_(options.input) {}
  ~GnuEngine() override { Abandon(); }

  absl::string_view name() const override { return "gnu"; }
  LineCapabilities capabilities() const override {
    LineCapabilities capabilities;
    capabilities.print_above = true;
    capabilities.multi_line = true;
    capabilities.asterisks = true;
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
  friend struct Callbacks;  // what GNU readline calls

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;

  absl::Status Open();
  void ShareHistory() const;
  void TakeKeys();
  void Write(absl::string_view text);
  void MarkPastes(bool on);

  const LineEditorOptions options_;
  line_base::KeyFeed keys_;
  File input_;
  File output_;
  History history_;
  std::string delimiters_ = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";
  Completer completer_;
  MatchesDisplay display_;

  LineOptions line_options_;
  std::string first_text_;  // what the line begins with
  line_base::TerminalSize size_ = {80, 24};
  Outcome outcome_ = Outcome::kLine;
  std::string last_line_;
};

}  // namespace someos::line_gnu

#endif  // SOMEOS_BACKENDS_LINE_GNU_GNU_ENGINE_H_
