// The timeouts of Python's select module as Python converts them from numbers, for bindings: with
// its rounding, its limits, and the exceptions and texts that it raises.

#ifndef SOMEOS_API_PYTHON_TIMEOUT_H_
#define SOMEOS_API_PYTHON_TIMEOUT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace someos::select {

// Whose rules apply.
enum class PythonVersion { kPython27, kPython313 };

// An argument of a Python function where a number is expected, as a binding finds it. None is not
// among them, because it never needs a conversion: std::nullopt. (Except for 2.7's epoll.poll(),
// which refuses it like anything that is not a number.)
class PythonNumber {
 public:
  static PythonNumber Int(int64_t value) { return PythonNumber(Kind::kInt, value, 0, "int"); }
  // An int that int64_t does not hold. `nearest` is what float(int) is; infinite, with its sign, if
  // that is an OverflowError.
  static PythonNumber HugeInt(double nearest) {
    return PythonNumber(Kind::kHugeInt, 0, nearest, "int");
  }
  static PythonNumber Float(double value) { return PythonNumber(Kind::kFloat, 0, value, "float"); }
  // An object of another type: type(object).__name__.
  static PythonNumber NotANumber(absl::string_view type_name) {
    return PythonNumber(Kind::kNotANumber, 0, 0, type_name);
  }

 private:
  friend class TimeoutConversion;

  enum class Kind { kInt, kHugeInt, kFloat, kNotANumber };

  PythonNumber(Kind kind, int64_t whole, double value, absl::string_view type_name)
      : kind_(kind), whole_(whole), value_(value), type_name_(type_name) {}

  Kind kind_;
  int64_t whole_;  // of kInt
  double value_;   // of kHugeInt and kFloat
  std::string type_name_;
};

// The timeout that the C++ function of this name has to be called with, so that it waits as long as
// Python would: what Python passes to the system call, or std::nullopt where it blocks. (A wait of
// more than 2^63 ns, which 2.7 allows, is std::nullopt as well.)
//
// Errors are those that Python raises, with its texts (PythonErrorOf in python_error.h tells which
// exception it is). For example with the rules of 3.13: PythonTypeError for what is not a number;
// kInvalidArgument (ValueError) for NaN and, where they are refused, for negative numbers, even
// -1e-100; kOutOfRange (OverflowError) for infinity and from 2^63 ns on. With those of 2.7 select
// fails with EINVAL (select.error) for NaN and negative numbers.
//
// Sources: the behaviour of CPython 2.7.18 and 3.13.0 on Linux; for kqueue CPython's source.

// select.select(r, w, x, number): seconds. Rounded away from zero to a microsecond; by 2.7
// truncated.
absl::StatusOr<std::optional<absl::Duration>> SelectTimeout(
    const PythonNumber& number, PythonVersion version = PythonVersion::kPython313);

// poll.poll(number): milliseconds. Rounded away from zero to a millisecond, so that every negative
// number blocks; truncated by 2.7, where numbers between -1 and 0 do not block.
absl::StatusOr<std::optional<absl::Duration>> PollTimeout(
    const PythonNumber& number, PythonVersion version = PythonVersion::kPython313);

// epoll.poll(number): seconds. Rounded up to a millisecond, so that numbers between -0.001 and 0 do
// not block; truncated by 2.7, where every negative number and NaN block.
absl::StatusOr<std::optional<absl::Duration>> EpollTimeout(
    const PythonNumber& number, PythonVersion version = PythonVersion::kPython313);

// kqueue.control(changes, n, number): seconds. Rounded away from zero to a nanosecond; by 2.7
// truncated. By 3.13 every number that cannot be converted is a TypeError, as it is there.
absl::StatusOr<std::optional<absl::Duration>> KqueueTimeout(
    const PythonNumber& number, PythonVersion version = PythonVersion::kPython313);

}  // namespace someos::select

#endif  // SOMEOS_API_PYTHON_TIMEOUT_H_
