// Objects that Python would not have pickled, and C++ values that Python has no objects for.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/converters/py_converters.h"
#include "someos/api/multiprocessing/converters/py_datetime.h"
#include "someos/api/multiprocessing/converters/standard_converters.h"
#include "someos/api/multiprocessing/pickle/recorded_pickles.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

PyValue Call(absl::string_view module, absl::string_view name, std::vector<PyValue> args) {
  PyObjectParts parts;
  parts.callable = PyValue::Global(module, name);
  parts.args = PyValue::Tuple(std::move(args));
  return PyValue::Object(parts);
}

template <typename T>
absl::StatusOr<T> ReadCall(absl::string_view module, absl::string_view name,
                           std::vector<PyValue> args) {
  return StandardConverters().Read<T>(Call(module, name, std::move(args)));
}

absl::StatusOr<PyDateTime> ReadDateTime(absl::string_view hex) {
  return ReadCall<PyDateTime>("datetime", "datetime", {PyValue::Bytes(BytesOfHex(hex))});
}

TEST(DatetimeTest, StatesThatAreNoDateAreRefused) {
  ASSERT_THAT(ReadDateTime("07e30c1f173b3b0f423f"), Succeeds());
  constexpr std::pair<absl::string_view, absl::string_view> kBad[] = {
      {"", "datetime.datetime: the state must have 10 bytes, not 0"},
      {"07e30c1f173b3b0f42", "datetime.datetime: the state must have 10 bytes, not 9"},
      {"07e30c1f173b3b0f423f00", "datetime.datetime: the state must have 10 bytes, not 11"},
      {"00000c1f173b3b0f423f", "datetime.datetime: year must be in 1..9999, not 0"},
      {"27100c1f173b3b0f423f", "datetime.datetime: year must be in 1..9999, not 10000"},
      {"07e3001f173b3b0f423f", "datetime.datetime: month must be in 1..12, not 0"},
      {"07e30d1f173b3b0f423f", "datetime.datetime: month must be in 1..12, not 13"},
      {"07e38d1f173b3b0f423f", "datetime.datetime: month must be in 1..12, not 13"},
      {"07e30c00173b3b0f423f", "datetime.datetime: day must be in 1..31, not 0"},
      {"07e30c20173b3b0f423f", "datetime.datetime: day must be in 1..31, not 32"},
      {"07e3021d173b3b0f423f", "datetime.datetime: day must be in 1..28, not 29"},
      {"07e30c1f183b3b0f423f", "datetime.datetime: hour must be in 0..23, not 24"},
      {"07e30c1f173c3b0f423f", "datetime.datetime: minute must be in 0..59, not 60"},
      {"07e30c1f173bff0f423f", "datetime.datetime: second must be in 0..59, not 255"},
      {"07e30c1f173b3b0f4240", "datetime.datetime: microsecond must be in 0..999999, not 1000000"},
  };
  for (const auto& [hex, message] : kBad) {
    EXPECT_THAT(ReadDateTime(hex), FailsWithCode(kInvalid, message)) << hex;
  }
  EXPECT_THAT(ReadCall<PyDateTime>("datetime", "datetime", {PyValue(2019), PyValue(3)}),
              FailsWithCode(kInvalid, "datetime.datetime: expected bytes, got int"));
  EXPECT_THAT(ReadCall<PyDateTime>("datetime", "datetime", {PyValue::Str("\xe2\x82\xac")}),
              FailsWithCode(kInvalid, "datetime.datetime: the state is no Latin-1"));
  EXPECT_THAT(ReadCall<PyDateTime>("datetime", "datetime", {}),
              FailsWithCode(kInvalid, "datetime.datetime: made with 0 arguments, not 1 to 2"));
  EXPECT_THAT(ReadCall<absl::CivilDay>("datetime", "date", {PyValue::Bytes("\x07\xe3\x0d\x01")}),
              FailsWithCode(kInvalid, "datetime.date: month must be in 1..12, not 13"));
}

TEST(DatetimeTest, WhatPythonDoesNotHaveIsNotWritten) {
  const PyConverters converters = StandardConverters();
  EXPECT_THAT(converters.Write(PyDateTime{absl::CivilSecond(10000, 1, 1)}),
              FailsWithCode(kInvalid, "datetime.datetime: year must be in 1..9999, not 10000"));
  for (const int32_t microsecond : {-1, 1'000'000}) {
    EXPECT_THAT(converters.Write(PyDateTime{absl::CivilSecond(2019, 1, 1), microsecond}),
                FailsWithCode(kInvalid, "datetime.datetime: microsecond must be in"));
  }
  EXPECT_THAT(converters.Write(absl::CivilDay(0, 1, 1)),
              FailsWithCode(kInvalid, "datetime.date: year must be in 1..9999, not 0"));
  EXPECT_THAT(converters.Write(absl::Nanoseconds(1500)),
              FailsWithCode(kInvalid, "datetime.timedelta: not a whole number of microseconds"));
  EXPECT_THAT(converters.Write(absl::InfiniteDuration()), FailsWithCode(kInvalid, "datetime."));
  EXPECT_THAT(converters.Write(-absl::InfiniteDuration()), FailsWithCode(kInvalid, "datetime."));
  EXPECT_THAT(converters.Write(absl::Hours(24) * 1000000000),
              FailsWithCode(kInvalid, "datetime.timedelta: days must be in"));
}

TEST(DatetimeTest, DurationsThatPythonDoesNotWriteAreRefused) {
  const std::vector<PyValue> bad[] = {{PyValue(1000000000), PyValue(0), PyValue(0)},
                                      {PyValue(0), PyValue(86400), PyValue(0)},
                                      {PyValue(0), PyValue(0), PyValue(-1)},
                                      {PyValue(0), PyValue(0), PyValue(1.5)},
                                      {PyValue(0), PyValue(0)}};
  for (const std::vector<PyValue>& args : bad) {
    EXPECT_THAT(ReadCall<absl::Duration>("datetime", "timedelta", args),
                FailsWithCode(kInvalid, "datetime.timedelta: "));
  }
}

TEST(NumbersTest, TextThatIsNoNumberIsRefused) {
  for (const absl::string_view text :
       {"", "-", ".", "1.2.3", "e5", "1e", "1e+", "1e5x", " 1", "1_0", "nan1x", "1\n", "infinit"}) {
    EXPECT_THAT(ReadCall<PyDecimal>("decimal", "Decimal", {PyValue::Str(text)}),
                FailsWithCode(kInvalid, "decimal.Decimal: no decimal number: "))
        << text;
    EXPECT_THAT(StandardConverters().Write(PyDecimal{std::string(text)}),
                FailsWithCode(kInvalid, "decimal.Decimal: no decimal number: "))
        << text;
  }
  for (const absl::string_view text : {"3/", "/4", "3/4/5", "a", "3/0", "3/-4"}) {
    EXPECT_THAT(ReadCall<PyFraction>("fractions", "Fraction", {PyValue::Str(text)}),
                FailsWithCode(kInvalid, "fractions.Fraction: "))
        << text;
  }
  EXPECT_THAT(ReadCall<PyFraction>("fractions", "Fraction", {PyValue(1), PyValue(0)}),
              FailsWithCode(kInvalid, "fractions.Fraction: the denominator must be positive"));
  EXPECT_THAT(ReadCall<PyFraction>("fractions", "Fraction", {PyValue(1), PyValue(1.5)}),
              FailsWithCode(kInvalid, "fractions.Fraction: expected int, got float"));
}

TEST(UuidTest, OtherNumbersAreRefused) {
  for (const absl::string_view text : {"-1", "340282366920938463463374607431768211456"}) {
    PyObjectParts parts;
    parts.construction = PyConstruction::kNew;
    parts.callable = PyValue::Global("uuid", "UUID");
    parts.args = PyValue::Tuple({});
    parts.has_state = true;
    parts.state = *PyValue::Dict({{PyValue::Str("int"), *PyValue::IntFromDecimal(text)}});
    EXPECT_THAT(StandardConverters().Read<PyUuid>(PyValue::Object(parts)),
                FailsWithCode(kInvalid, "uuid.UUID: int is out of range (need a 128-bit value)"));
  }
  EXPECT_THAT(ReadCall<PyUuid>("uuid", "UUID", {PyValue::Str("text")}),
              FailsWithCode(kInvalid, "uuid.UUID: not made by __new__ and a state"));
}

TEST(CollectionsTest, WhatPythonDoesNotWriteIsRefused) {
  const PyValue two = PyValue::List({PyValue(1), PyValue(2)});
  EXPECT_THAT(ReadCall<PyDeque>("collections", "deque", {two, PyValue(1)}),
              FailsWithCode(kInvalid, "collections.deque: 2 items, but maxlen is 1"));
  EXPECT_THAT(ReadCall<PyDeque>("collections", "deque", {two, PyValue(-1)}),
              FailsWithCode(kInvalid, "collections.deque: maxlen must be non-negative"));
  EXPECT_THAT(ReadCall<PyOrderedDict>("collections", "OrderedDict", {two}),
              FailsWithCode(kInvalid, "collections.OrderedDict: expected tuple, list"));
  EXPECT_THAT(ReadCall<PyOrderedDict>("collections", "OrderedDict",
                                      {PyValue::List({PyValue::Tuple({PyValue(1)})})}),
              FailsWithCode(kInvalid, "collections.OrderedDict: an entry must be"));
  EXPECT_THAT(ReadCall<PyOrderedDict>("collections", "OrderedDict",
                                      {PyValue::List({PyValue::Tuple({two, PyValue(1)})})}),
              FailsWithCode(kInvalid, "collections.OrderedDict: unhashable type: 'list'"));
  PyObjectParts with_state = *Call("collections", "deque", {}).AsObject();
  with_state.has_state = true;
  EXPECT_THAT(StandardConverters().Read<PyDeque>(PyValue::Object(with_state)),
              FailsWithCode(kInvalid, "collections.deque: has a state besides its arguments"));
  EXPECT_THAT(StandardConverters().Write(PyDeque{PyValue(1), {}}),
              FailsWithCode(kInvalid, "collections.deque: the items must be a list"));
  EXPECT_THAT(StandardConverters().Write(PyOrderedDict{}),
              FailsWithCode(kInvalid, "collections.OrderedDict: the entries must be a dict"));
}

}  // namespace
}  // namespace someos::multiprocessing
