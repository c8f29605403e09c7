// Objects that interpreters have pickled (recorded/objects.txt), and what interpreters that are
// here make of ours.

#include "someos/api/multiprocessing/converters/standard_converters.h"

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/converters/py_converters.h"
#include "someos/api/multiprocessing/converters/py_datetime.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/recorded_pickles.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::string_view kUtc =
    "<<global datetime.timezone> called with "
    "(<<global datetime.timedelta> called with (0, 0, 0)>,)>";

// The expressions of recorded/objects.py.
std::string TextOf(const PyDateTime& value) {
  const absl::CivilSecond& at = value.second;
  EXPECT_TRUE(value.tzinfo.is_none() || value.tzinfo.ToString() == kUtc) << value.tzinfo.ToString();
  return absl::StrFormat("datetime.datetime(%d, %d, %d, %d, %d, %d, %d%s%s)", at.year(), at.month(),
                         at.day(), at.hour(), at.minute(), at.second(), value.microsecond,
                         value.fold ? ", fold=1" : "",
                         value.tzinfo.is_none() ? "" : ", tzinfo=datetime.timezone.utc");
}
std::string TextOf(const absl::CivilDay& day) {
  return absl::StrFormat("datetime.date(%d, %d, %d)", day.year(), day.month(), day.day());
}
std::string TextOf(absl::Duration duration) {
  absl::Duration rest = duration;
  const absl::Duration days = absl::Floor(rest, absl::Hours(24));
  rest -= days;
  const absl::Duration seconds = absl::Floor(rest, absl::Seconds(1));
  return absl::StrFormat("datetime.timedelta(%d, %d, %d)", absl::ToInt64Hours(days) / 24,
                         absl::ToInt64Seconds(seconds), absl::ToInt64Microseconds(rest - seconds));
}
std::string TextOf(const PyDecimal& decimal) {
  return absl::StrCat("decimal.Decimal('", decimal.text, "')");
}
std::string TextOf(const PyFraction& fraction) {
  return absl::StrCat("fractions.Fraction(", fraction.numerator.ToString(), ", ",
                      fraction.denominator.ToString(), ")");
}
std::string TextOf(const PyUuid& uuid) {
  std::string text = absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()));
  for (const size_t place : {20, 16, 12, 8}) text.insert(place, "-");
  return absl::StrCat("uuid.UUID('", text, "')");
}
std::string TextOf(const PyDeque& deque) {
  return absl::StrCat("collections.deque(", deque.items.ToString(),
                      deque.maxlen.has_value() ? absl::StrCat(", ", *deque.maxlen) : "", ")");
}
std::string TextOf(const PyOrderedDict& dict) {
  std::vector<PyValue> pairs;
  const absl::Span<const PyValue> entries = *dict.entries.AsDictEntries();
  for (size_t i = 0; i < entries.size(); i += 2) {
    pairs.push_back(PyValue::Tuple({entries[i], entries[i + 1]}));
  }
  return absl::StrCat("collections.OrderedDict(", PyValue::List(pairs).ToString(), ")");
}

// An object as an expression, and as it is written again.
struct Converted {
  std::string text;
  PyValue written;
};

template <typename T>
bool ConvertAs(const PyConverters& converters, const PyValue& value, Converted& converted) {
  if (!converters.Holds<T>(value)) return false;
  const absl::StatusOr<T> read = converters.Read<T>(value);
  EXPECT_THAT(read, Succeeds()) << value.ToString();
  if (!read.ok()) return false;
  const absl::StatusOr<PyValue> written = converters.Write(*read);
  EXPECT_THAT(written, Succeeds()) << value.ToString();
  if (!written.ok()) return false;
  converted = {TextOf(*read), *written};
  return true;
}

Converted Convert(absl::string_view pickle, const UnpickleOptions& options = {}) {
  const PyConverters converters = StandardConverters();
  const absl::StatusOr<PyValue> value = Unpickle(pickle, options);
  EXPECT_THAT(value, Succeeds());
  Converted converted;
  const bool known = value.ok() && (ConvertAs<PyDateTime>(converters, *value, converted) ||
                                    ConvertAs<absl::CivilDay>(converters, *value, converted) ||
                                    ConvertAs<absl::Duration>(converters, *value, converted) ||
                                    ConvertAs<PyDecimal>(converters, *value, converted) ||
                                    ConvertAs<PyFraction>(converters, *value, converted) ||
                                    ConvertAs<PyUuid>(converters, *value, converted) ||
                                    ConvertAs<PyDeque>(converters, *value, converted) ||
                                    ConvertAs<PyOrderedDict>(converters, *value, converted));
  EXPECT_TRUE(known) << absl::BytesToHexString(pickle);
  return converted;
}

std::vector<RecordedPickle> AllRecorded() { return ReadRecorded(std::getenv("RECORDED")); }

TEST(RecordedTest, EachObjectIsTheOneThatPythonPickled) {
  const std::vector<RecordedPickle> all = AllRecorded();
  EXPECT_GT(all.size(), 200);
  for (const RecordedPickle& recorded : all) {
    EXPECT_EQ(Convert(recorded.pickle).text, recorded.text) << recorded.who;
  }
}

TEST(RecordedTest, Python2sStatesMayAlsoBeReadAsLatin1) {
  UnpickleOptions options;
  options.python2_str = Python2Str::kLatin1;
  for (const RecordedPickle& recorded : AllRecorded()) {
    EXPECT_EQ(Convert(recorded.pickle, options).text, recorded.text) << recorded.who;
  }
}

TEST(RecordedTest, EachObjectIsTheSameAfterItIsWritten) {
  for (const RecordedPickle& recorded : AllRecorded()) {
    for (const PickleDialect dialect :
         {PickleDialect::kAll, PickleDialect::kPython2, PickleDialect::kPython3}) {
      const absl::StatusOr<std::string> pickle =
          Pickle(Convert(recorded.pickle).written, {dialect});
      ASSERT_THAT(pickle, Succeeds()) << recorded.text;
      EXPECT_EQ(Convert(*pickle).text, recorded.text) << static_cast<int>(dialect);
    }
  }
}

TEST(InterpretersTest, MakeTheSameObjectsOfWhatIsWritten) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("objects", {"reader"});
  for (const Interpreter& python : Interpreters()) {
    for (const PickleDialect dialect :
         {PickleDialect::kAll,
          python.is_python2() ? PickleDialect::kPython2 : PickleDialect::kPython3}) {
      const std::string path = testing::TempDir() + "/objects";
      std::ofstream file(path);
      int written = 0;
      for (const RecordedPickle& recorded : AllRecorded()) {
        // 2.7 has neither.
        if (python.is_python2() && (absl::StrContains(recorded.text, "timezone") ||
                                    absl::StrContains(recorded.text, "fold"))) {
          continue;
        }
        const absl::StatusOr<std::string> pickle =
            Pickle(Convert(recorded.pickle).written, {dialect});
        ASSERT_THAT(pickle, Succeeds());
        file << absl::BytesToHexString(*pickle) << "\t" << recorded.text << "\n";
        ++written;
      }
      file.close();
      EXPECT_EQ(PythonPrints(python, absl::StrCat(std::getenv("INTERPRETER"), " load ", path)),
                absl::StrCat("good ", written, "\n"))
          << python.version << " dialect " << static_cast<int>(dialect);
    }
    matrix.Ran(python, "reader");
  }
  matrix.Print();
}

TEST(InterpretersTest, PickleObjectsThatAreRead) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("objects", {"writer"});
  for (const Interpreter& python : Interpreters()) {
    const std::string printed =
        PythonPrints(python, absl::StrCat(std::getenv("INTERPRETER"), " record"));
    const std::vector<std::string> lines = absl::StrSplit(printed, '\n', absl::SkipEmpty());
    EXPECT_GT(lines.size(), 90) << printed;
    for (const std::string& line : lines) {
      const std::vector<std::string> fields = absl::StrSplit(line, '\t');
      ASSERT_EQ(fields.size(), 3) << line;
      EXPECT_EQ(Convert(BytesOfHex(fields[1])).text, fields[2]) << fields[0];
    }
    matrix.Ran(python, "writer");
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::multiprocessing
