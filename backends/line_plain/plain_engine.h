// The Editor as the engine of a LineEditor, with init files.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_ENGINE_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_ENGINE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"
#include "someos/backends/line_base/line_engine.h"
#include "someos/backends/line_base/terminal.h"
#include "someos/backends/line_plain/editor.h"

namespace someos::line_plain {

class PlainEngine : public line_base::LineEngine {
 public:
  // The program's name, for "$if name" in init files.
  explicit PlainEngine(std::string application)
      : application_(std::move(application)), editor_(environment_) {}

  absl::string_view name() const override { return "plain"; }
  LineCapabilities capabilities() const override { return {true, true, true, true}; }
  History& history() override { return environment_.history; }

  absl::Status Begin(const LineOptions& options, absl::string_view text,
                     line_base::TerminalSize size) override;
  void Feed(absl::string_view bytes) override { editor_.Feed(bytes); }
  bool waiting() const override { return editor_.waiting(); }
  absl::Duration key_timeout() const override { return environment_.settings.keyseq_timeout; }
  void Expire() override { editor_.Expire(); }
  void Resize(line_base::TerminalSize size) override { editor_.Resize(size.width, size.height); }
  void PrintAbove(absl::string_view text) override { editor_.PrintAbove(text); }
  void Resume() override { editor_.Resume(); }
  void Redisplay() override { editor_.Redisplay(); }
  void Leave() override { editor_.Leave(); }
  Outcome outcome() const override { return editor_.outcome(); }
  std::string TakeOutput() override { return editor_.TakeOutput(); }
  std::string line() const override { return editor_.line().text(); }
  void Insert(absl::string_view text) override { editor_.line().Insert(text); }

  absl::Status Bind(absl::string_view line) override;
  absl::StatusOr<std::vector<InitFileComplaint>> ReadInitFile(const std::string& path) override;
  void SetCompleter(Completer completer) override { environment_.completer = std::move(completer); }
  void SetDisplayMatches(MatchesDisplay display) override {
    environment_.display = std::move(display);
  }
  void SetHinter(Hinter hinter) override { environment_.hinter = std::move(hinter); }
  void SetDelimiters(absl::string_view delimiters) override {
    environment_.delimiters = std::string(delimiters);
  }
  std::string delimiters() const override { return environment_.delimiters; }

 private:
  void FollowHistorySize(size_t before);

  const std::string application_;
  Editor::Environment environment_;
  Editor editor_;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_ENGINE_H_
