// Pickles that interpreters have written (recorded/pickles.txt), and what interpreters that are
// here make of ours.

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/recorded_pickles.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr PickleDialect kDialects[] = {PickleDialect::kAll, PickleDialect::kPython2,
                                       PickleDialect::kPython3};

std::vector<RecordedPickle> AllRecorded() { return ReadRecorded(std::getenv("RECORDED")); }

TEST(RecordedTest, EachPickleIsTheValueThatPythonPrints) {
  const std::vector<RecordedPickle> all = AllRecorded();
  EXPECT_GT(all.size(), 300);
  for (const RecordedPickle& recorded : all) {
    const absl::StatusOr<PyValue> value = Unpickle(recorded.pickle);
    ASSERT_THAT(value, Succeeds()) << recorded.who << " " << recorded.text;
    EXPECT_EQ(value->ToString(), recorded.text) << recorded.who;
  }
}

TEST(RecordedTest, EachValueIsTheSameAfterEachDialect) {
  for (const RecordedPickle& recorded : AllRecorded()) {
    const absl::StatusOr<PyValue> value = Unpickle(recorded.pickle);
    ASSERT_THAT(value, Succeeds()) << recorded.who << " " << recorded.text;
    for (const PickleDialect dialect : kDialects) {
      const absl::StatusOr<std::string> pickle = Pickle(*value, {dialect});
      ASSERT_THAT(pickle, Succeeds()) << recorded.text;
      const absl::StatusOr<PyValue> again = Unpickle(*pickle);
      ASSERT_THAT(again, Succeeds()) << recorded.text;
      EXPECT_EQ(again->ToString(), recorded.text) << static_cast<int>(dialect);
      if (!absl::StrContains(recorded.text, "nan")) {
        EXPECT_EQ(*again, *value) << recorded.text;
      }
    }
  }
}

TEST(RecordedTest, EachPickleThatIsCutOffSaysSo) {
  for (const RecordedPickle& recorded : AllRecorded()) {
    const size_t size = recorded.pickle.size();
    for (size_t cut = 0; cut < size; cut += 1 + size / 50) {
      const absl::StatusOr<PyValue> value = Unpickle(recorded.pickle.substr(0, cut));
      EXPECT_THAT(value, testing::Not(Succeeds())) << recorded.text;
      EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument) << value.status();
      EXPECT_TRUE(absl::StrContains(value.status().message(), "offset")) << value.status();
    }
    EXPECT_THAT(Unpickle(recorded.pickle + "N"),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "1 bytes follow the pickle"));
  }
}

std::string Prints(const Interpreter& python, absl::string_view arguments) {
  return PythonPrints(python, absl::StrCat(std::getenv("INTERPRETER"), " ", arguments));
}

TEST(InterpretersTest, ReadWhatIsWrittenForThem) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("pickles", {"reader"});
  for (const Interpreter& python : Interpreters()) {
    for (const PickleDialect dialect : kDialects) {
      if (dialect == (python.is_python2() ? PickleDialect::kPython3 : PickleDialect::kPython2))
        continue;
      const std::string path = testing::TempDir() + "/pickles";
      std::ofstream file(path);
      int written = 0;
      for (const RecordedPickle& recorded : AllRecorded()) {
        const absl::StatusOr<std::string> pickle = Pickle(*Unpickle(recorded.pickle), {dialect});
        ASSERT_THAT(pickle, Succeeds());
        file << absl::BytesToHexString(*pickle) << "\t" << recorded.text << "\n";
        ++written;
      }
      file.close();
      EXPECT_EQ(Prints(python, absl::StrCat("load ", path)), absl::StrCat("good ", written, "\n"))
          << python.version << " dialect " << static_cast<int>(dialect);
    }
    matrix.Ran(python, "reader");
  }
  matrix.Print();
}

TEST(InterpretersTest, WriteWhatIsRead) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("pickles", {"writer"});
  for (const Interpreter& python : Interpreters()) {
    const std::string printed = Prints(python, "record");
    const std::vector<std::string> lines = absl::StrSplit(printed, '\n', absl::SkipEmpty());
    EXPECT_GT(lines.size(), 100) << printed;
    for (const std::string& line : lines) {
      const std::vector<std::string> fields = absl::StrSplit(line, '\t');
      ASSERT_EQ(fields.size(), 4) << line;
      const absl::StatusOr<PyValue> value = Unpickle(BytesOfHex(fields[1]));
      ASSERT_THAT(value, Succeeds()) << line;
      // 2.7 prints the expression instead.
      if (python.is_python2()) continue;
      EXPECT_EQ(value->ToString(), fields[3]) << fields[0];
    }
    matrix.Ran(python, "writer");
  }
  matrix.Print();
}

TEST(InterpretersTest, TranslateGlobalsAsWeDo) {
  int compared = 0;
  for (const Interpreter& python : Interpreters()) {
    if (python.is_python2()) continue;
    const std::string printed = Prints(python, "globals");
    for (const absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
      const std::vector<std::string> names = absl::StrSplit(line, ' ');
      ASSERT_EQ(names.size(), 4) << line;
      const absl::StatusOr<PyValue> global =
          Unpickle(absl::StrCat("\x80\x02", "c", names[0], "\n", names[1], "\n."));
      ASSERT_THAT(global, Succeeds());
      const absl::string_view module = *global->GlobalModule();
      if (module == names[0]) continue;  // not among those that pickles of data contain
      EXPECT_EQ(module, names[2]) << line;
      EXPECT_EQ(*global->GlobalName(), names[3]) << line;
      ++compared;
    }
  }
  if (compared == 0) GTEST_SKIP() << "no Python 3 here";
  EXPECT_GT(compared, 60);
}

}  // namespace
}  // namespace someos::multiprocessing
