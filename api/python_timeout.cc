#include "someos/api/python_timeout.h"

#include <cerrno>
#include <climits>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/python_error.h"

namespace someos::select {

namespace {

using Timeout = std::optional<absl::Duration>;

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
// 2^63, which a double holds and an int64_t does not.
constexpr double kTwoTo63 = 9223372036854775808.0;

absl::Status ValueError(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, text);
}
absl::Status OverflowError(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kOutOfRange, text);
}

int64_t DivideAwayFromZero(int64_t dividend, int64_t divisor) {
  const int64_t remainder = dividend % divisor;
  return dividend / divisor + (remainder > 0 ? 1 : 0) - (remainder < 0 ? 1 : 0);
}

int64_t DivideRoundingUp(int64_t dividend, int64_t divisor) {
  return dividend / divisor + (dividend % divisor > 0 ? 1 : 0);
}

// Not for NaN either. (LONG_MAX itself is not always a double.)
bool FitsLong(double whole) {
  return whole >= static_cast<double>(LONG_MIN) && whole < -static_cast<double>(LONG_MIN);
}

// For poll and epoll: a negative count blocks.
absl::StatusOr<Timeout> FromMilliseconds(int64_t milliseconds) {
  if (milliseconds > INT_MAX || milliseconds < INT_MIN) {
    return OverflowError("timeout is too large");
  }
  return milliseconds < 0 ? Timeout() : absl::Milliseconds(milliseconds);
}

// 2.7's conversion to a timeval or timespec, and what the kernel does with it. `unit` is how often
// the part after the point is counted in a second.
absl::StatusOr<Timeout> TruncatedSeconds(double seconds, int64_t unit) {
  if (seconds > static_cast<double>(LONG_MAX)) return OverflowError("timeout period too long");
  // NaN and 2^63 too, which C's conversion makes the lowest number.
  if (!FitsLong(seconds)) return ErrnoStatus(EINVAL, "timeout");
  const double whole = std::trunc(seconds);
  const auto part = static_cast<int64_t>((seconds - whole) * static_cast<double>(unit));
  if (whole < 0 || part < 0) return ErrnoStatus(EINVAL, "timeout");
  const absl::Duration timeout = absl::Seconds(static_cast<int64_t>(whole)) +
                                 absl::Nanoseconds(part * (kNanosPerSecond / unit));
  return timeout > absl::Nanoseconds(INT64_MAX) ? Timeout() : timeout;
}

}  // namespace

// A number on its way through the steps that Python's conversions share.
class TimeoutConversion {
 public:
  explicit TimeoutConversion(const PythonNumber& number) : number_(number) {}

  bool is_number() const { return number_.kind_ != Kind::kNotANumber; }
  absl::string_view type_name() const { return number_.type_name_; }

  // 3.13's PyTime_t: nanoseconds, rounded away from zero.
  absl::StatusOr<int64_t> Nanoseconds(int64_t unit) const {
    if (number_.kind_ == Kind::kFloat) return FloatNanoseconds(static_cast<double>(unit));
    int64_t nanoseconds;
    if (number_.kind_ == Kind::kHugeInt ||
        __builtin_mul_overflow(number_.whole_, unit, &nanoseconds)) {
      return OverflowError("timestamp too large to convert to C PyTime_t");
    }
    return nanoseconds;
  }

  // 2.7's PyFloat_AsDouble.
  absl::StatusOr<double> Double() const {
    if (number_.kind_ == Kind::kInt) return static_cast<double>(number_.whole_);
    if (number_.kind_ == Kind::kHugeInt && std::isinf(number_.value_)) {
      return OverflowError("long int too large to convert to float");
    }
    return number_.value_;
  }

  // 2.7's PyNumber_Int, then a conversion to int.
  absl::StatusOr<int> Int() const {
    int64_t whole = number_.whole_;
    if (number_.kind_ == Kind::kFloat) {
      const double value = number_.value_;
      if (std::isnan(value)) return ValueError("cannot convert float NaN to integer");
      if (std::isinf(value)) return OverflowError("cannot convert float infinity to integer");
      if (!FitsLong(std::trunc(value))) return TooLargeForLong();
      whole = static_cast<int64_t>(value);
    } else if (number_.kind_ == Kind::kHugeInt) {
      return TooLargeForLong();
    }
    if (whole > LONG_MAX || whole < LONG_MIN) return TooLargeForLong();
    if (whole > INT_MAX || whole < INT_MIN) {
      return OverflowError("Python int too large to convert to C int");
    }
    return static_cast<int>(whole);
  }

 private:
  using Kind = PythonNumber::Kind;

  static absl::Status TooLargeForLong() {
    return OverflowError("Python int too large to convert to C long");
  }

  absl::StatusOr<int64_t> FloatNanoseconds(double unit) const {
    if (std::isnan(number_.value_)) return ValueError("Invalid value NaN (not a number)");
    const double scaled = number_.value_ * unit;
    const double rounded = scaled >= 0 ? std::ceil(scaled) : std::floor(scaled);
    if (rounded < -kTwoTo63 || rounded >= kTwoTo63) {
      return OverflowError("timestamp out of range for platform time_t");
    }
    return static_cast<int64_t>(rounded);
  }

  const PythonNumber& number_;
};

absl::StatusOr<Timeout> SelectTimeout(const PythonNumber& number, PythonVersion version) {
  const TimeoutConversion conversion(number);
  if (!conversion.is_number()) return PythonTypeError("timeout must be a float or None");
  if (version == PythonVersion::kPython27) {
    const absl::StatusOr<double> seconds = conversion.Double();
    if (!seconds.ok()) return seconds.status();
    return TruncatedSeconds(*seconds, 1'000'000);
  }
  const absl::StatusOr<int64_t> nanoseconds = conversion.Nanoseconds(kNanosPerSecond);
  if (!nanoseconds.ok()) return nanoseconds.status();
  if (*nanoseconds < 0) return ValueError("timeout must be non-negative");
  return absl::Microseconds(DivideAwayFromZero(*nanoseconds, 1000));
}

absl::StatusOr<Timeout> PollTimeout(const PythonNumber& number, PythonVersion version) {
  const TimeoutConversion conversion(number);
  if (!conversion.is_number()) return PythonTypeError("timeout must be an integer or None");
  if (version == PythonVersion::kPython27) {
    const absl::StatusOr<int> milliseconds = conversion.Int();
    if (!milliseconds.ok()) return milliseconds.status();
    return FromMilliseconds(*milliseconds);
  }
  const absl::StatusOr<int64_t> nanoseconds = conversion.Nanoseconds(kNanosPerMilli);
  if (!nanoseconds.ok()) return nanoseconds.status();
  return FromMilliseconds(DivideAwayFromZero(*nanoseconds, kNanosPerMilli));
}

absl::StatusOr<Timeout> EpollTimeout(const PythonNumber& number, PythonVersion version) {
  const TimeoutConversion conversion(number);
  if (version == PythonVersion::kPython27) {
    if (!conversion.is_number()) return PythonTypeError("a float is required");
    const absl::StatusOr<double> seconds = conversion.Double();
    if (!seconds.ok()) return seconds.status();
    if (!(*seconds >= 0)) return Timeout();  // also NaN, which C's conversion makes negative
    if (*seconds * 1000 > INT_MAX) return OverflowError("timeout is too large");
    return absl::Milliseconds(static_cast<int>(*seconds * 1000));
  }
  if (!conversion.is_number()) return PythonTypeError("timeout must be an integer or None");
  const absl::StatusOr<int64_t> nanoseconds = conversion.Nanoseconds(kNanosPerSecond);
  if (!nanoseconds.ok()) return nanoseconds.status();
  return FromMilliseconds(DivideRoundingUp(*nanoseconds, kNanosPerMilli));
}

absl::StatusOr<Timeout> KqueueTimeout(const PythonNumber& number, PythonVersion version) {
  const TimeoutConversion conversion(number);
  if (version == PythonVersion::kPython27) {
    if (!conversion.is_number()) {
      return PythonTypeError(
          absl::StrCat("timeout argument must be an number or None, got ", conversion.type_name()));
    }
    const absl::StatusOr<double> seconds = conversion.Double();
    if (!seconds.ok()) return seconds.status();
    if (*seconds < 0) return ValueError("timeout must be positive or None");
    return TruncatedSeconds(*seconds, kNanosPerSecond);
  }
  const absl::StatusOr<int64_t> nanoseconds =
      conversion.is_number() ? conversion.Nanoseconds(kNanosPerSecond) : ValueError("no number");
  if (!nanoseconds.ok()) {
    return PythonTypeError(
        absl::StrCat("timeout argument must be a number or None, got ", conversion.type_name()));
  }
  if (*nanoseconds < 0) return ValueError("timeout must be positive or None");
  return absl::Nanoseconds(*nanoseconds);
}

}  // namespace someos::select
