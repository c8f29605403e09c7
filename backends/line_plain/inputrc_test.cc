#include "someos/backends/line_plain/inputrc.h"

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/key_notation.h"
#include "someos/backends/line_plain/keymap.h"
#include "someos/backends/line_plain/settings.h"
#include "someos/testing/status_matchers.h"

namespace someos::line_plain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InputrcTest : public ::testing::Test {
 protected:
  // The complaints: "file:1: text".
  std::vector<std::string> Read(absl::string_view contents) {
    std::vector<std::string> complaints;
    for (const InputrcComplaint& each :
         InputrcReader(context_, keymap_, settings_).Read("rc", contents)) {
      complaints.push_back(absl::StrCat(each.file, ":", each.line, ": ", each.text));
    }
    return complaints;
  }

  // What the keys of a terminal's bytes are bound to: a function's name or a macro.
  std::string Bound(absl::string_view bytes) const {
    const Keymap::Found found = keymap_.Find(KeysOf(bytes));
    if (found.match != Keymap::Match::kBinding) return "";
    const auto* const function = std::get_if<EditorFunction>(found.binding);
    return function == nullptr ? std::get<std::string>(*found.binding)
                               : std::string(EditorFunctionName(*function));
  }

  InputrcContext context_;
  Keymap keymap_ = Keymap::Emacs();
  Settings settings_;
};

TEST_F(InputrcTest, KeysAreGnus) {
  EXPECT_EQ(Bound("\x01"), "beginning-of-line");
  EXPECT_EQ(Bound("\033b"), "backward-word");
  EXPECT_EQ(Bound("\x18\x15"), "undo");
  EXPECT_EQ(Bound("\033[1;5C"), "forward-word");
  EXPECT_EQ(keymap_.Find(KeysOf("\x18")).match, Keymap::Match::kBeginning);
  EXPECT_EQ(keymap_.Find(KeysOf("\033[99~")).match, Keymap::Match::kNone);
}

TEST_F(InputrcTest, KeysAreNamedInManyWays) {
  EXPECT_THAT(Read("\"\\C-x\\C-a\": kill-line\n"
                   "\"\\e[11~\": \"macro\\r\"\n"
                   "Control-t: yank # a comment\n"
                   "Meta-Rubout: undo\n"
                   "C-M-u : upcase-word\n"
                   "\"\\M-\\C-g\": abort\n"
                   "\"\\x41\\101\\\"\": 'it\\'s'\n"
                   "TAB: tab-insert\n"
                   ":: yank\n"),
              IsEmpty());
  EXPECT_EQ(Bound("\x18\x01"), "kill-line");
  EXPECT_EQ(Bound("\033OP"), "macro\r");
  EXPECT_EQ(Bound("\x14"), "yank");
  EXPECT_EQ(Bound("\033\x7f"), "undo");
  EXPECT_EQ(Bound("\033\x15"), "upcase-word");
  EXPECT_EQ(Bound("\033\x07"), "abort");
  EXPECT_EQ(Bound("AA\""), "it's");
  EXPECT_EQ(Bound("\t"), "tab-insert");
  EXPECT_EQ(Bound(":"), "yank");
  EXPECT_FALSE(keymap_.inserts_characters());
}

TEST_F(InputrcTest, VariablesAreSet) {
  EXPECT_THAT(Read("set bell-style none\nset Completion-Ignore-Case On\n"
                   "set show-all-if-ambiguous\nset enable-bracketed-paste off\n"
                   "set history-size 500\nset keyseq-timeout 25\nset completion-query-items 0\n"
                   "set editing-mode emacs\n"),
              IsEmpty());
  EXPECT_FALSE(settings_.audible_bell);
  EXPECT_TRUE(settings_.completion_ignore_case);
  EXPECT_TRUE(settings_.show_all_if_ambiguous);
  EXPECT_FALSE(settings_.enable_bracketed_paste);
  EXPECT_EQ(settings_.history_size, 500);
  EXPECT_EQ(settings_.keyseq_timeout, absl::Milliseconds(25));
  EXPECT_EQ(settings_.completion_query_items, 0);
  EXPECT_THAT(Read("set history-size -1\n"), IsEmpty());
  EXPECT_EQ(settings_.history_size, std::numeric_limits<size_t>::max());
}

TEST_F(InputrcTest, ConditionsAreTested) {
  context_.application = "tool";
  context_.terminal = "xterm-256color";
  EXPECT_THAT(Read("$if Tool\nC-a: undo\n$else\nC-a: yank\n$endif\n"
                   "$if mode=vi\nC-b: undo\n$if tool\nC-b: undo\n$endif\n$else\nC-b: yank\n$endif\n"
                   "$if term=xterm\nC-e: yank\n$endif\n"
                   "$if other\nnonsense\n$endif\n"),
              IsEmpty());
  EXPECT_EQ(Bound("\x01"), "undo");
  EXPECT_EQ(Bound("\x02"), "yank");
  EXPECT_EQ(Bound("\x05"), "yank");
}

TEST_F(InputrcTest, FilesAreIncluded) {
  EXPECT_THAT(Read("$include x\n"), ElementsAre("rc:1: no file can be included here"));
  context_.read = [](const std::string& path) -> absl::StatusOr<std::string> {
    if (path == "itself") return "$include itself\n";
    if (path == "other") return "\nC-a: yank\nC-b: nothing\n";
    return absl::NotFoundError("no such file");
  };
  EXPECT_THAT(Read("$include other\n$include none\n"),
              ElementsAre("other:3: no function \"nothing\" here", "rc:2: no such file"));
  EXPECT_EQ(Bound("\x01"), "yank");
  EXPECT_THAT(Read("$include itself\n"),
              ElementsAre("itself:1: files include each other too deeply"));
}

TEST_F(InputrcTest, ComplaintsHaveLineNumbers) {
  EXPECT_THAT(
      Read("# fine\n\nset\nset horizontal-scroll-mode on\nset bell-style visible\n"
           "set history-size many\nset show-all-if-ambiguous maybe\nset editing-mode vi\n"),
      ElementsAre("rc:3: set without a variable",
                  "rc:4: no variable \"horizontal-scroll-mode\" here",
                  "rc:5: no bell \"visible\" here", "rc:6: \"many\" is no number",
                  "rc:7: \"maybe\" is not on or off", "rc:8: no editing mode but emacs here"));
  EXPECT_THAT(
      Read("what\n\"\\C-a\n\"\\C-\": yank\n\"\": yank\nC-a:\nC-a: \"x\nnone-such: yank\n"),
      ElementsAre("rc:1: neither a directive nor a binding", "rc:2: keys without an end",
                  HasSubstr("rc:3: "), "rc:4: no key", "rc:5: no function behind the colon",
                  "rc:6: a macro without an end", "rc:7: \"none-such\" is no complete key"));
  EXPECT_THAT(Read("$else\n$endif\n$what\n$if\n$else\n$else\n$endif\n$if version > 7\n"),
              ElementsAre("rc:1: $else without $if", "rc:2: $endif without $if",
                          "rc:3: no directive \"$what\"", "rc:4: $if without a test",
                          "rc:6: a second $else", "rc:8: no test \"version > 7\" here",
                          "rc:9: $if without $endif"));
}

TEST_F(InputrcTest, ALineAlone) {
  InputrcReader reader(context_, keymap_, settings_);
  EXPECT_THAT(reader.ReadLine("\"\\C-a\": end-of-line"), Succeeds());
  EXPECT_EQ(Bound("\x01"), "end-of-line");
  EXPECT_THAT(reader.ReadLine("C-a: nothing"),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "no function \"nothing\""));
}

}  // namespace
}  // namespace someos::line_plain
