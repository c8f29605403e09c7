// The examples of README.md: they compile, do what the page says, and their lines stand here in the
// same order.

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/api/readline.h"
#include "someos/api/rlcompleter.h"
#include "someos/api/select.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace readline = someos::readline;

namespace {

// Lines without blanks at their ends and without empty ones.
std::string Stripped(absl::string_view text) {
  std::vector<absl::string_view> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (!stripped.empty()) lines.push_back(stripped);
  }
  return absl::StrJoin(lines, "\n");
}

std::string FileOf(const char* variable) {
  std::ifstream file(std::getenv(variable));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ReadlinePageTest, EachExampleIsHere) {
  const std::string source = Stripped(FileOf("SOURCE"));
  std::vector<std::string> parts = absl::StrSplit(FileOf("PAGE"), "```cpp\n");
  ASSERT_GT(parts.size(), 1u);
  for (const std::string& part : absl::MakeConstSpan(parts).subspan(1)) {
    const std::string example = Stripped(part.substr(0, part.find("```")));
    size_t position = 0;
    for (const absl::string_view line : absl::StrSplit(example, '\n')) {
      position = source.find(absl::StrCat("\n", line, "\n"), position);
      ASSERT_NE(position, std::string::npos) << line;
      position += line.size();
    }
  }
}

TEST(ReadlinePageTest, ALine) {
  auto editor = someos::NewLineEditor();
  auto line = editor->ReadLine({"> "});
  if (line.ok()) std::cout << "you typed " << *line << "\n";
}

void RunLoop(someos::LineEditor* editor, someos::Poller* poller) {
  absl::Status status = editor->Begin({"> "});
  status.Update(poller->Register(editor->fileno(), someos::Interest::kReadable));
  someos::Event events[16];
  while (status.ok()) {
    auto count = poller->Wait(events, editor->timeout());
    if (!count.ok()) break;
    absl::StatusOr<std::optional<std::string>> line = std::nullopt;
    if (*count == 0) line = editor->OnTimeout();
    for (const someos::Event& event : absl::MakeConstSpan(events, *count)) {
      if (event.fd == editor->fileno()) {
        line = editor->OnReadable();
      } else {
        editor->Print("something else has happened");  // above the line that is being typed
      }
    }
    if (!line.ok()) break;                                  // the end of the input
    if (line->has_value()) status = editor->Begin({"> "});  // a line: **line
  }
}

TEST(ReadlinePageTest, AnEventLoop) {
  someos::Pipe input;
  someos::Pipe output;
  someos::Pipe other;
  someos::LineEditorOptions options;
  options.input = input.reader.get();
  options.output = output.writer.get();
  const auto editor = someos::NewLineEditor(options);
  auto poller = someos::NewPoller();
  ASSERT_THAT(poller, someos::Succeeds());
  ASSERT_THAT((*poller)->Register(other.reader.get(), someos::Interest::kReadable, 0,
                                  someos::Trigger::kOneShot),
              someos::Succeeds());
  someos::WriteText(other.writer.get(), "x");
  someos::WriteText(input.writer.get(), "one\ntwo\n");
  input.writer.reset();
  RunLoop(editor.get(), poller->get());
  const std::string shown = someos::ReadAvailable(output.reader.get());
  EXPECT_THAT(shown, ::testing::HasSubstr("something else has happened\n"));
  EXPECT_THAT(shown, ::testing::EndsWith("> "));
}

TEST(ReadlinePageTest, AHistory) {
  const std::string home = ::testing::TempDir();
  const std::string path = home + "/.python_history";
  std::ofstream(path) << "old\n";
  const auto session = [&] {
    readline::ReadHistoryFile(path).IgnoreError();  // there may be none yet
    const int before = readline::GetCurrentHistoryLength();
    EXPECT_THAT(readline::AddHistory("new"), someos::Succeeds());
    // ... at the end:
    readline::SetHistoryLength(1000);
    absl::Status status =
        readline::AppendHistoryFile(readline::GetCurrentHistoryLength() - before, path);
    EXPECT_THAT(status, someos::Succeeds());
  };
  session();
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()),
            "old\nnew\n");
}

enum class Color { kRed, kBlue };

absl::string_view ColorName(Color color) { return color == Color::kRed ? "red" : "blue"; }

TEST(ReadlinePageTest, Names) {
  someos::NameRegistry names;
  names.Add({"help", someos::NameKind::kCallableWithoutArguments});
  names.Add({"color", someos::NameKind::kNamespace,
             [] { return someos::EnumNames(Color::kRed, Color::kBlue, ColorName); }});
  someos::rlcompleter::Completer completer(names);
  readline::SetCompleter(
      [&](absl::string_view text, int state) { return completer.Complete(text, state); });
  readline::ParseAndBind("tab: complete");
  EXPECT_EQ(readline::GetCompleter()("color.r", 0), "color.red");
  EXPECT_EQ(readline::GetCompleter()("color.r", 1), std::nullopt);
  readline::SetCompleter(nullptr);
}

}  // namespace
