// Random values through each interpreter's pickle and back, and pickles that nobody has written.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/interop/pickle/canonical_text.h"
#include "someos/testing/interop/pickle/pickle_mutator.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

using multiprocessing::Pickle;
using multiprocessing::PickleDialect;
using multiprocessing::Python2Str;
using multiprocessing::PyValue;
using multiprocessing::Unpickle;
using multiprocessing::UnpickleOptions;

// With --test_env=VALUES=1000000 --test_env=SEED=2: more, and others.
size_t FromEnvironment(const char* name, size_t otherwise) {
  const char* text = std::getenv(name);
  size_t number = otherwise;
  if (text != nullptr && !absl::SimpleAtoi(text, &number)) ADD_FAILURE() << name << "=" << text;
  return number;
}
size_t Values() { return FromEnvironment("VALUES", 100000); }
size_t Mutants() { return Values() / 10; }  // for each interpreter
size_t Seed() { return FromEnvironment("SEED", 1); }

std::string Prints(const Interpreter& python, absl::string_view arguments) {
  return PythonPrints(python, absl::StrCat(std::getenv("PEER"), " ", arguments));
}

size_t ProtocolsOf(const Interpreter& python) {
  if (python.is_python2()) return 3;
  return python.AtLeast(3, 8) ? 6 : 5;
}

size_t ValuesPerProtocol() {
  size_t protocols = 0;
  for (const Interpreter& python : Interpreters()) protocols += ProtocolsOf(python);
  return Values() / protocols + 1;
}

// A str of 2.7 is bytes for both sides.
UnpickleOptions OptionsFor(const Interpreter& python) {
  UnpickleOptions options;
  if (python.is_python2()) options.python2_str = Python2Str::kBytes;
  return options;
}

struct Generated {
  std::string pickle;
  std::string text;
};

std::vector<Generated> Generate(const Interpreter& python, size_t count) {
  const std::string path = testing::TempDir() + "/written";
  EXPECT_EQ(Prints(python, absl::StrCat("write ", Seed(), " ", count, " ", path)), "");
  std::vector<Generated> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, '\t');
    std::string pickle;
    if (fields.size() == 3 && absl::HexStringToBytes(fields[1], &pickle)) {
      all.push_back({std::move(pickle), std::string(fields[2])});
    }
  }
  return all;
}

TEST(PickleInteropTest, RandomValuesAreTheSameOnBothSides) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  const std::string path = testing::TempDir() + "/to_read";
  size_t total = 0;
  Matrix matrix("values", {"writer", "reader"});
  for (const Interpreter& python : Interpreters()) {
    const std::vector<Generated> all = Generate(python, ValuesPerProtocol());
    ASSERT_EQ(all.size(), ValuesPerProtocol() * ProtocolsOf(python)) << python.version;
    const PickleDialect own =
        python.is_python2() ? PickleDialect::kPython2 : PickleDialect::kPython3;
    std::ofstream file(path);
    for (const auto& [pickle, text] : all) {
      const absl::StatusOr<PyValue> value = Unpickle(pickle, OptionsFor(python));
      ASSERT_THAT(value, Succeeds()) << python.version << " " << absl::BytesToHexString(pickle);
      ASSERT_EQ(CanonicalText(*value), text)
          << python.version << " " << absl::BytesToHexString(pickle);
      const PickleDialect dialect = total++ % 2 == 0 ? PickleDialect::kAll : own;
      const absl::StatusOr<std::string> written = Pickle(*value, {dialect});
      ASSERT_THAT(written, Succeeds());
      file << absl::BytesToHexString(*written) << "\t" << text << "\n";
    }
    file.close();
    matrix.Ran(python, "writer");
    EXPECT_EQ(Prints(python, "read " + path), absl::StrCat("good ", all.size(), "\n"));
    matrix.Ran(python, "reader");
  }
  EXPECT_GE(total, Values());
  matrix.Print();
}

// Pickles of a few hundred bytes, which a change or two may leave readable.
std::vector<std::string> ShortPickles(const Interpreter& python) {
  constexpr size_t kShort = 200;
  std::vector<std::string> all;
  for (Generated& generated : Generate(python, 500)) {
    if (generated.pickle.size() <= kShort) all.push_back(std::move(generated.pickle));
  }
  return all;
}

// The lines of peer.py judge that are no difference, and the differences that README.md explains.
bool IsKnown(absl::string_view judged, const Interpreter& python, absl::string_view pickle) {
  if (judged == "same" || judged == "global") return true;
  if (judged == "newer") return !python.AtLeast(3, 8);
  if (judged == "MemoryError") return pickle.find_first_of("rp") != absl::string_view::npos;
  const bool has_frame = pickle.find('\x95') != absl::string_view::npos;
  return judged == "UnpicklingError" && has_frame && python.AtLeast(3, 14);
}

TEST(PickleInteropTest, WhatIsAcceptedIsWhatPythonMakesOfIt) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  const std::string path = testing::TempDir() + "/to_judge";
  Matrix matrix("mutants", {"judge"});
  for (const Interpreter& python : Interpreters()) {
    const std::vector<std::string> pickles = ShortPickles(python);
    ASSERT_GT(pickles.size(), 100) << python.version;
    PickleMutator mutator(Seed());
    UnpickleOptions options;
    options.python2_str = Python2Str::kBytes;
    options.max_memory = size_t{1} << 20;
    std::vector<std::string> accepted;
    std::ofstream file(path);
    for (size_t i = 0; i < Mutants(); ++i) {
      const std::string pickle = mutator.Mutated(pickles);
      const absl::StatusOr<PyValue> value = Unpickle(pickle, options);
      if (!value.ok()) continue;
      const std::optional<std::string> text = CanonicalText(*value);
      if (!text.has_value()) continue;
      accepted.push_back(pickle);
      file << absl::BytesToHexString(pickle) << "\t" << *text << "\n";
    }
    file.close();
    const std::string judged = Prints(python, "judge " + path);
    const std::vector<std::string> lines = absl::StrSplit(judged, '\n', absl::SkipEmpty());
    ASSERT_EQ(lines.size(), accepted.size()) << python.version << " " << judged;
    std::map<std::string, size_t> counts;
    for (size_t i = 0; i < lines.size(); ++i) {
      ++counts[lines[i].substr(0, lines[i].find(' '))];
      EXPECT_TRUE(IsKnown(lines[i], python, accepted[i]))
          << python.version << " " << absl::BytesToHexString(accepted[i]) << ": " << lines[i];
    }
    std::string summary;
    for (const auto& [what, count] : counts) absl::StrAppend(&summary, " ", what, " ", count);
    std::printf("%s of %zu mutants:%s\n", python.version.c_str(), Mutants(), summary.c_str());
    EXPECT_GT(counts["same"], Mutants() / 100) << summary;
    matrix.Ran(python, "judge");
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos
