// What the tests of the editor share.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_FIXTURE_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/vt100_screen.h"

namespace someos::line_plain {

// An editor at a terminal of 30 columns and 8 rows.
class EditorTest : public ::testing::Test {
 protected:
  using Outcome = Editor::Outcome;

  void Begin(absl::string_view text = "", const LineOptions& options = {"> "}) {
    editor_.Begin(options, text, 30, 8);
    Draw();
  }

  // What the keys write.
  std::string Type(absl::string_view keys) {
    editor_.Feed(keys);
    return Draw();
  }

  std::string Draw() {
    const std::string out = editor_.TakeOutput();
    terminal_.Write(out);
    EXPECT_EQ(terminal_.unknown(), "");
    return out;
  }

  // The line with the cursor as a bar.
  std::string Line() const {
    std::string line = editor_.line().text();
    return line.insert(editor_.line().cursor(), "|");
  }

  // Types keys into a line that has the text, and returns what becomes of it.
  std::string After(absl::string_view text, absl::string_view keys) {
    Begin(text);
    Type(keys);
    return Line();
  }

  void AddHistory(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      ASSERT_THAT(environment_.history.Add(line), Succeeds());
    }
  }

  void Offer(const std::vector<std::string>& words) {
    environment_.completer = [words](const CompletionRequest& request) {
      std::vector<std::string> matches;
      for (const std::string& word : words) {
        if (absl::StartsWith(word, request.word())) matches.push_back(word);
      }
      return matches;
    };
  }

  Editor::Environment environment_;
  Editor editor_{environment_};
  Vt100Screen terminal_{30, 8};
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_FIXTURE_H_
