// The tables are what CPython 2.7.18 and 3.13.0 do on Linux when they are called with these
// numbers; for kqueue, what their source says.

#include "someos/api/python_timeout.h"

#include <cerrno>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/testing/python_says.h"

namespace someos::select {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const PythonVersion k27 = PythonVersion::kPython27;

PythonNumber I(int64_t value) { return PythonNumber::Int(value); }
PythonNumber F(double value) { return PythonNumber::Float(value); }
PythonNumber Huge(double nearest) { return PythonNumber::HugeInt(nearest); }

// "blocks", a duration, "errno 22", or "ValueError: ...".
std::string Said(const absl::StatusOr<std::optional<absl::Duration>>& timeout) {
  if (timeout.ok()) return timeout->has_value() ? absl::StrCat(**timeout) : "blocks";
  const absl::Status& status = timeout.status();
  const int error = ErrnoOf(status);
  return error != 0 ? absl::StrCat("errno ", error) : Says(status);
}

// What 3.13 says for an int and for a float that no count of nanoseconds holds.
constexpr char kIntTooLarge[] = "OverflowError: timestamp too large to convert to C PyTime_t";
constexpr char kFloatTooLarge[] = "OverflowError: timestamp out of range for platform time_t";
constexpr char kTooLarge[] = "OverflowError: timeout is too large";
constexpr char kNanIsInvalid[] = "ValueError: Invalid value NaN (not a number)";
// What 2.7 says.
constexpr char kTooLong[] = "OverflowError: timeout period too long";
constexpr char kNoFloat[] = "OverflowError: long int too large to convert to float";
constexpr char kNoInt[] = "OverflowError: Python int too large to convert to C int";
constexpr char kNoLong[] = "OverflowError: Python int too large to convert to C long";
constexpr char kNoInfinity[] = "OverflowError: cannot convert float infinity to integer";
const std::string kInvalid = absl::StrCat("errno ", EINVAL);

std::string D(absl::Duration duration) { return absl::StrCat(duration); }

struct Row {
  PythonNumber number;
  std::string in_313;
  std::string in_27;
};

TEST(PythonTimeout, OfSelect) {
  constexpr char kNegative[] = "ValueError: timeout must be non-negative";
  const Row rows[] = {
      {I(0), "0", "0"},
      {I(-1), kNegative, kInvalid},
      {F(-0.0), "0", "0"},
      {F(1e-10), D(absl::Microseconds(1)), "0"},
      {F(-1e-10), kNegative, "0"},
      {F(-1e-100), kNegative, "0"},
      {F(-0.0005), kNegative, kInvalid},
      {F(-0.0009999), kNegative, kInvalid},
      {F(-0.001), kNegative, kInvalid},
      {F(-0.5), kNegative, kInvalid},
      {F(-1.5), kNegative, kInvalid},
      {F(0.1), D(absl::Milliseconds(100)), D(absl::Milliseconds(100))},
      {F(1.7), D(absl::Milliseconds(1700)), D(absl::Milliseconds(1700))},
      {F(9.2e9), D(absl::Seconds(9200000000)), D(absl::Seconds(9200000000))},
      {F(9.3e9), kFloatTooLarge, "blocks"},
      {F(-9.3e9), kFloatTooLarge, kInvalid},
      {F(9e18), kFloatTooLarge, "blocks"},
      {F(1e19), kFloatTooLarge, kTooLong},
      {F(-1e19), kFloatTooLarge, kInvalid},
      {F(1e300), kFloatTooLarge, kTooLong},
      {F(2147483.647), D(absl::Milliseconds(2147483647)), D(absl::Microseconds(2147483646999))},
      {F(2147483.6471), D(absl::Microseconds(2147483647101)), D(absl::Microseconds(2147483647100))},
      {F(-2147483.648), kNegative, kInvalid},
      {F(-2147483.649), kNegative, kInvalid},
      {I(2147483647), D(absl::Seconds(2147483647)), D(absl::Seconds(2147483647))},
      {I(2147483648), D(absl::Seconds(2147483648)), D(absl::Seconds(2147483648))},
      {I(-2147483648), kNegative, kInvalid},
      {I(-2147483649), kNegative, kInvalid},
      {F(2147483647.5), D(absl::Milliseconds(2147483647500)), D(absl::Milliseconds(2147483647500))},
      {I(9223372036), D(absl::Seconds(9223372036)), D(absl::Seconds(9223372036))},
      {I(9223372037), kIntTooLarge, "blocks"},
      {I(-9223372037), kIntTooLarge, kInvalid},
      {F(9223372036.854775), D(absl::Microseconds(9223372036854775)),
       D(absl::Microseconds(9223372036854774))},
      {F(9223372036.854776), kFloatTooLarge, "blocks"},
      {F(9223372036854.7), kFloatTooLarge, "blocks"},
      {F(9223372036855.0), kFloatTooLarge, "blocks"},
      {I(9223372036854), kIntTooLarge, "blocks"},
      {I(9223372036855), kIntTooLarge, "blocks"},
      {I(int64_t{1} << 62), kIntTooLarge, "blocks"},
      {I(INT64_MIN), kIntTooLarge, kInvalid},
      {Huge(9223372036854775808.0), kIntTooLarge, kInvalid},
      {Huge(-9223372036854775808.0), kIntTooLarge, kInvalid},
      {Huge(18446744073709551616.0), kIntTooLarge, kTooLong},
      {F(9223372036854775808.0), kFloatTooLarge, kInvalid},
      {Huge(kInfinity), kIntTooLarge, kNoFloat},
      {Huge(-kInfinity), kIntTooLarge, kNoFloat},
      {F(kInfinity), kFloatTooLarge, kTooLong},
      {F(-kInfinity), kFloatTooLarge, kInvalid},
      {F(kNan), kNanIsInvalid, kInvalid},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    EXPECT_EQ(Said(SelectTimeout(row.number)), row.in_313);
    EXPECT_EQ(Said(SelectTimeout(row.number, k27)), row.in_27);
  }
}

TEST(PythonTimeout, OfPoll) {
  const Row rows[] = {
      {I(0), "0", "0"},
      {I(-1), "blocks", "blocks"},
      {F(-0.0), "0", "0"},
      {F(1e-10), D(absl::Milliseconds(1)), "0"},
      {F(-1e-10), "blocks", "0"},
      {F(-1e-100), "blocks", "0"},
      {F(-0.0005), "blocks", "0"},
      {F(-0.0009999), "blocks", "0"},
      {F(-0.001), "blocks", "0"},
      {F(-0.5), "blocks", "0"},
      {F(-1.5), "blocks", "blocks"},
      {F(0.1), D(absl::Milliseconds(1)), "0"},
      {F(1.7), D(absl::Milliseconds(2)), D(absl::Milliseconds(1))},
      {F(9.2e9), kTooLarge, kNoInt},
      {F(9.3e9), kTooLarge, kNoInt},
      {F(-9.3e9), kTooLarge, kNoInt},
      {F(9e18), kFloatTooLarge, kNoInt},
      {F(1e19), kFloatTooLarge, kNoLong},
      {F(-1e19), kFloatTooLarge, kNoLong},
      {F(1e300), kFloatTooLarge, kNoLong},
      {F(2147483.647), D(absl::Milliseconds(2147484)), D(absl::Milliseconds(2147483))},
      {F(2147483.6471), D(absl::Milliseconds(2147484)), D(absl::Milliseconds(2147483))},
      {F(-2147483.648), "blocks", "blocks"},
      {F(-2147483.649), "blocks", "blocks"},
      {I(2147483647), D(absl::Milliseconds(2147483647)), D(absl::Milliseconds(2147483647))},
      {I(2147483648), kTooLarge, kNoInt},
      {I(-2147483648), "blocks", "blocks"},
      {I(-2147483649), kTooLarge, kNoInt},
      {F(2147483647.5), kTooLarge, D(absl::Milliseconds(2147483647))},
      {F(-2147483647.5), "blocks", "blocks"},
      {F(-2147483648.5), kTooLarge, "blocks"},
      {I(9223372036), kTooLarge, kNoInt},
      {I(9223372037), kTooLarge, kNoInt},
      {I(-9223372037), kTooLarge, kNoInt},
      {F(9223372036.854775), kTooLarge, kNoInt},
      {F(9223372036.854776), kTooLarge, kNoInt},
      {F(9223372036854.7), kTooLarge, kNoInt},
      {F(9223372036855.0), kFloatTooLarge, kNoInt},
      {I(9223372036854), kTooLarge, kNoInt},
      {I(9223372036855), kIntTooLarge, kNoInt},
      {I(int64_t{1} << 62), kIntTooLarge, kNoInt},
      {I(INT64_MIN), kIntTooLarge, kNoInt},
      {Huge(9223372036854775808.0), kIntTooLarge, kNoLong},
      {Huge(-9223372036854775808.0), kIntTooLarge, kNoLong},
      {Huge(18446744073709551616.0), kIntTooLarge, kNoLong},
      {F(9223372036854775808.0), kFloatTooLarge, kNoLong},
      {Huge(kInfinity), kIntTooLarge, kNoLong},
      {Huge(-kInfinity), kIntTooLarge, kNoLong},
      {F(kInfinity), kFloatTooLarge, kNoInfinity},
      {F(-kInfinity), kFloatTooLarge, kNoInfinity},
      {F(kNan), kNanIsInvalid, "ValueError: cannot convert float NaN to integer"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    EXPECT_EQ(Said(PollTimeout(row.number)), row.in_313);
    EXPECT_EQ(Said(PollTimeout(row.number, k27)), row.in_27);
  }
}

TEST(PythonTimeout, OfEpoll) {
  const Row rows[] = {
      {I(0), "0", "0"},
      {I(-1), "blocks", "blocks"},
      {F(-0.0), "0", "0"},
      {F(1e-10), D(absl::Milliseconds(1)), "0"},
      {F(-1e-10), "0", "blocks"},
      {F(-1e-100), "0", "blocks"},
      {F(-0.0005), "0", "blocks"},
      {F(-0.0009999), "0", "blocks"},
      {F(-0.001), "blocks", "blocks"},
      {F(-0.5), "blocks", "blocks"},
      {F(-1.5), "blocks", "blocks"},
      {F(0.1), D(absl::Milliseconds(100)), D(absl::Milliseconds(100))},
      {F(1.7), D(absl::Milliseconds(1700)), D(absl::Milliseconds(1700))},
      {F(9.2e9), kTooLarge, kTooLarge},
      {F(9.3e9), kFloatTooLarge, kTooLarge},
      {F(-9.3e9), kFloatTooLarge, "blocks"},
      {F(9e18), kFloatTooLarge, kTooLarge},
      {F(1e19), kFloatTooLarge, kTooLarge},
      {F(-1e19), kFloatTooLarge, "blocks"},
      {F(1e300), kFloatTooLarge, kTooLarge},
      {F(2147483.647), D(absl::Milliseconds(2147483647)), D(absl::Milliseconds(2147483647))},
      {F(2147483.6471), kTooLarge, kTooLarge},
      {F(-2147483.648), "blocks", "blocks"},
      {F(-2147483.649), kTooLarge, "blocks"},
      {I(2147483647), kTooLarge, kTooLarge},
      {I(2147483648), kTooLarge, kTooLarge},
      {I(-2147483648), kTooLarge, "blocks"},
      {I(-2147483649), kTooLarge, "blocks"},
      {F(2147483647.5), kTooLarge, kTooLarge},
      {I(9223372036), kTooLarge, kTooLarge},
      {I(9223372037), kIntTooLarge, kTooLarge},
      {I(-9223372037), kIntTooLarge, "blocks"},
      {F(9223372036.854775), kTooLarge, kTooLarge},
      {F(9223372036.854776), kFloatTooLarge, kTooLarge},
      {F(9223372036854.7), kFloatTooLarge, kTooLarge},
      {F(9223372036855.0), kFloatTooLarge, kTooLarge},
      {I(9223372036854), kIntTooLarge, kTooLarge},
      {I(9223372036855), kIntTooLarge, kTooLarge},
      {I(int64_t{1} << 62), kIntTooLarge, kTooLarge},
      {I(INT64_MIN), kIntTooLarge, "blocks"},
      {Huge(9223372036854775808.0), kIntTooLarge, kTooLarge},
      {Huge(-9223372036854775808.0), kIntTooLarge, "blocks"},
      {Huge(18446744073709551616.0), kIntTooLarge, kTooLarge},
      {F(9223372036854775808.0), kFloatTooLarge, kTooLarge},
      {Huge(kInfinity), kIntTooLarge, kNoFloat},
      {Huge(-kInfinity), kIntTooLarge, kNoFloat},
      {F(kInfinity), kFloatTooLarge, kTooLarge},
      {F(-kInfinity), kFloatTooLarge, "blocks"},
      {F(kNan), kNanIsInvalid, "blocks"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    EXPECT_EQ(Said(EpollTimeout(row.number)), row.in_313);
    EXPECT_EQ(Said(EpollTimeout(row.number, k27)), row.in_27);
  }
}

TEST(PythonTimeout, OfKqueue) {
  constexpr char kNegative[] = "ValueError: timeout must be positive or None";
  constexpr char kGotInt[] = "TypeError: timeout argument must be a number or None, got int";
  constexpr char kGotFloat[] = "TypeError: timeout argument must be a number or None, got float";
  const Row rows[] = {
      {I(0), "0", "0"},
      {I(-1), kNegative, kNegative},
      {F(-0.0), "0", "0"},
      {F(1e-10), D(absl::Nanoseconds(1)), "0"},
      {F(-1e-10), kNegative, kNegative},
      {F(-1e-100), kNegative, kNegative},
      {F(-0.0005), kNegative, kNegative},
      {F(-0.0009999), kNegative, kNegative},
      {F(-0.001), kNegative, kNegative},
      {F(-0.5), kNegative, kNegative},
      {F(-1.5), kNegative, kNegative},
      {F(0.1), D(absl::Milliseconds(100)), D(absl::Milliseconds(100))},
      {F(1.7), D(absl::Milliseconds(1700)), D(absl::Milliseconds(1700))},
      {F(9.2e9), D(absl::Seconds(9200000000)), D(absl::Seconds(9200000000))},
      {F(9.3e9), kGotFloat, "blocks"},
      {F(-9.3e9), kGotFloat, kNegative},
      {F(9e18), kGotFloat, "blocks"},
      {F(1e19), kGotFloat, kTooLong},
      {F(-1e19), kGotFloat, kNegative},
      {F(1e300), kGotFloat, kTooLong},
      {F(2147483.647), D(absl::Milliseconds(2147483647)), D(absl::Nanoseconds(2147483646999999))},
      {F(2147483.6471), D(absl::Nanoseconds(2147483647100001)),
       D(absl::Microseconds(2147483647100))},
      {F(-2147483.648), kNegative, kNegative},
      {F(-2147483.649), kNegative, kNegative},
      {I(2147483647), D(absl::Seconds(2147483647)), D(absl::Seconds(2147483647))},
      {I(2147483648), D(absl::Seconds(2147483648)), D(absl::Seconds(2147483648))},
      {I(-2147483648), kNegative, kNegative},
      {I(-2147483649), kNegative, kNegative},
      {F(2147483647.5), D(absl::Milliseconds(2147483647500)), D(absl::Milliseconds(2147483647500))},
      {I(9223372036), D(absl::Seconds(9223372036)), D(absl::Seconds(9223372036))},
      {I(9223372037), kGotInt, "blocks"},
      {I(-9223372037), kGotInt, kNegative},
      {F(9223372036.854775), D(absl::Nanoseconds(9223372036854774784)),
       D(absl::Nanoseconds(9223372036854774475))},
      {F(9223372036.854776), kGotFloat, "blocks"},
      {F(9223372036854.7), kGotFloat, "blocks"},
      {F(9223372036855.0), kGotFloat, "blocks"},
      {I(9223372036854), kGotInt, "blocks"},
      {I(9223372036855), kGotInt, "blocks"},
      {I(int64_t{1} << 62), kGotInt, "blocks"},
      {I(INT64_MIN), kGotInt, kNegative},
      {Huge(9223372036854775808.0), kGotInt, kInvalid},
      {Huge(-9223372036854775808.0), kGotInt, kNegative},
      {Huge(18446744073709551616.0), kGotInt, kTooLong},
      {F(9223372036854775808.0), kGotFloat, kInvalid},
      {Huge(kInfinity), kGotInt, kNoFloat},
      {Huge(-kInfinity), kGotInt, kNoFloat},
      {F(kInfinity), kGotFloat, kTooLong},
      {F(-kInfinity), kGotFloat, kNegative},
      {F(kNan), kGotFloat, kInvalid},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    EXPECT_EQ(Said(KqueueTimeout(row.number)), row.in_313);
    EXPECT_EQ(Said(KqueueTimeout(row.number, k27)), row.in_27);
  }
}

TEST(PythonTimeout, WhatIsNotANumberIsATypeError) {
  const PythonNumber text = PythonNumber::NotANumber("str");
  EXPECT_EQ(Said(SelectTimeout(text)), "TypeError: timeout must be a float or None");
  EXPECT_EQ(Said(SelectTimeout(text, k27)), "TypeError: timeout must be a float or None");
  EXPECT_EQ(Said(PollTimeout(text)), "TypeError: timeout must be an integer or None");
  EXPECT_EQ(Said(PollTimeout(text, k27)), "TypeError: timeout must be an integer or None");
  EXPECT_EQ(Said(EpollTimeout(text)), "TypeError: timeout must be an integer or None");
  EXPECT_EQ(Said(EpollTimeout(text, k27)), "TypeError: a float is required");
  EXPECT_EQ(Said(KqueueTimeout(text)),
            "TypeError: timeout argument must be a number or None, got str");
  EXPECT_EQ(Said(KqueueTimeout(text, k27)),
            "TypeError: timeout argument must be an number or None, got str");
}

}  // namespace
}  // namespace someos::select
