#include "someos/api/multiprocessing/converters/py_datetime.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/converters/call_args.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing {
namespace {

constexpr int kMaxYear = 9999;
constexpr int kFoldBit = 0x80;  // in the byte of the month
constexpr int64_t kMicroseconds = 1000000;
constexpr int64_t kSecondsOfDay = 86400;
constexpr int64_t kMaxDays = 999999999;
constexpr size_t kDateSize = 4;
constexpr size_t kDateTimeSize = 10;

absl::Status Invalid(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status CheckRange(absl::string_view what, int64_t value, int64_t first, int64_t last) {
  if (first <= value && value <= last) return absl::OkStatus();
  return Invalid(absl::StrCat(what, " must be in ", first, "..", last, ", not ", value));
}

// The bytes that are the first argument. Those of Python 2 are a str where they happen to be ASCII,
// and if the pickle was read as Latin-1.
absl::StatusOr<std::string> StateOf(const PyObjectParts& parts, size_t size, size_t max_args) {
  const absl::StatusOr<absl::Span<const PyValue>> args = internal::CallArgs(parts, 1, max_args);
  if (!args.ok()) return args.status();
  const PyValue& first = args->front();
  std::string state;
  if (first.kind() == PyKind::kStr) {
    if (!internal::Latin1OfUtf8(*first.AsStr(), state)) return Invalid("the state is no Latin-1");
  } else {
    const absl::StatusOr<absl::string_view> bytes = first.AsBytes();
    if (!bytes.ok()) return bytes.status();
    state = std::string(*bytes);
  }
  if (state.size() == size) return state;
  return Invalid(absl::StrCat("the state must have ", size, " bytes, not ", state.size()));
}

// Big endian.
int NumberAt(absl::string_view state, size_t first, size_t size) {
  int number = 0;
  for (const char byte : state.substr(first, size)) {
    number = number << 8 | static_cast<unsigned char>(byte);
  }
  return number;
}

absl::StatusOr<absl::CivilDay> ToDay(int year, int month, int day) {
  if (absl::Status status = CheckRange("year", year, 1, kMaxYear); !status.ok()) return status;
  if (absl::Status status = CheckRange("month", month, 1, 12); !status.ok()) return status;
  const absl::CivilMonth of(year, month);
  const int last = static_cast<int>(absl::CivilDay(of + 1) - absl::CivilDay(of));
  if (absl::Status status = CheckRange("day", day, 1, last); !status.ok()) return status;
  return absl::CivilDay(year, month, day);
}

absl::StatusOr<absl::CivilSecond> ToSecond(const absl::CivilDay& day, absl::string_view time) {
  const int hour = NumberAt(time, 0, 1);
  const int minute = NumberAt(time, 1, 1);
  const int second = NumberAt(time, 2, 1);
  if (absl::Status status = CheckRange("hour", hour, 0, 23); !status.ok()) return status;
  if (absl::Status status = CheckRange("minute", minute, 0, 59); !status.ok()) return status;
  if (absl::Status status = CheckRange("second", second, 0, 59); !status.ok()) return status;
  return absl::CivilSecond(day.year(), day.month(), day.day(), hour, minute, second);
}

std::string DateState(const absl::CivilDay& day) {
  const int year = static_cast<int>(day.year());
  return {static_cast<char>(year >> 8), static_cast<char>(year), static_cast<char>(day.month()),
          static_cast<char>(day.day())};
}

absl::StatusOr<absl::CivilDay> ReadDate(const PyObjectParts& parts) {
  const absl::StatusOr<std::string> state = StateOf(parts, kDateSize, 1);
  if (!state.ok()) return state.status();
  return ToDay(NumberAt(*state, 0, 2), NumberAt(*state, 2, 1), NumberAt(*state, 3, 1));
}

absl::StatusOr<PyObjectParts> WriteDate(const absl::CivilDay& day) {
  absl::Status status = CheckRange("year", day.year(), 1, kMaxYear);
  if (!status.ok()) return status;
  PyObjectParts parts;
  parts.args = PyValue::Tuple({PyValue::Bytes(DateState(day))});
  return parts;
}

absl::StatusOr<PyDateTime> ReadDateTime(const PyObjectParts& parts) {
  const absl::StatusOr<std::string> state = StateOf(parts, kDateTimeSize, 2);
  if (!state.ok()) return state.status();
  PyDateTime result;
  const int month = NumberAt(*state, 2, 1);
  result.fold = (month & kFoldBit) != 0;
  const absl::StatusOr<absl::CivilDay> day =
      ToDay(NumberAt(*state, 0, 2), month & ~kFoldBit, NumberAt(*state, 3, 1));
  if (!day.ok()) return day.status();
  const absl::StatusOr<absl::CivilSecond> second =
      ToSecond(*day, absl::string_view(*state).substr(kDateSize));
  if (!second.ok()) return second.status();
  result.second = *second;
  result.microsecond = NumberAt(*state, 7, 3);
  absl::Status status = CheckRange("microsecond", result.microsecond, 0, kMicroseconds - 1);
  if (!status.ok()) return status;
  const absl::Span<const PyValue> args = *parts.args.AsItems();
  if (args.size() > 1) result.tzinfo = args[1];
  return result;
}

absl::StatusOr<PyObjectParts> WriteDateTime(const PyDateTime& value) {
  const absl::CivilSecond& second = value.second;
  const int32_t fraction = value.microsecond;
  absl::Status status = CheckRange("year", second.year(), 1, kMaxYear);
  if (!status.ok()) return status;
  status = CheckRange("microsecond", fraction, 0, kMicroseconds - 1);
  if (!status.ok()) return status;
  std::string state = DateState(absl::CivilDay(second));
  if (value.fold) state[2] = static_cast<char>(second.month() | kFoldBit);
  for (const int byte :
       {second.hour(), second.minute(), second.second(), fraction >> 16, fraction >> 8, fraction}) {
    state.push_back(static_cast<char>(byte));
  }
  PyObjectParts parts;
  parts.args = value.tzinfo.is_none() ? PyValue::Tuple({PyValue::Bytes(state)})
                                      : PyValue::Tuple({PyValue::Bytes(state), value.tzinfo});
  return parts;
}

absl::StatusOr<absl::Duration> ReadTimedelta(const PyObjectParts& parts) {
  const absl::StatusOr<absl::Span<const PyValue>> args = internal::CallArgs(parts, 3, 3);
  if (!args.ok()) return args.status();
  constexpr absl::string_view kNames[] = {"days", "seconds", "microseconds"};
  constexpr int64_t kFirst[] = {-kMaxDays, 0, 0};
  constexpr int64_t kLast[] = {kMaxDays, kSecondsOfDay - 1, kMicroseconds - 1};
  int64_t numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    const absl::StatusOr<int64_t> number = (*args)[i].AsInt();
    if (!number.ok()) return number.status();
    absl::Status status = CheckRange(kNames[i], *number, kFirst[i], kLast[i]);
    if (!status.ok()) return status;
    numbers[i] = *number;
  }
  return absl::Seconds(numbers[0] * kSecondsOfDay + numbers[1]) + absl::Microseconds(numbers[2]);
}

absl::StatusOr<PyObjectParts> WriteTimedelta(const absl::Duration& duration) {
  const absl::Duration whole = absl::Floor(duration, absl::Microseconds(1));
  if (whole != duration) return Invalid("not a whole number of microseconds");
  const absl::Duration floor = absl::Floor(duration, absl::Seconds(1));
  const int64_t seconds = absl::ToInt64Seconds(floor);
  const int64_t rest = (seconds % kSecondsOfDay + kSecondsOfDay) % kSecondsOfDay;
  const int64_t days = seconds / kSecondsOfDay - (seconds % kSecondsOfDay < 0 ? 1 : 0);
  absl::Status status = CheckRange("days", days, -kMaxDays, kMaxDays);
  if (!status.ok()) return status;
  PyObjectParts parts;
  parts.args = PyValue::Tuple(
      {PyValue(days), PyValue(rest), PyValue(absl::ToInt64Microseconds(duration - floor))});
  return parts;
}

}  // namespace

void RegisterDatetime(PyConverters& converters) {
  converters.Register<PyDateTime>({"datetime", "datetime", ReadDateTime, WriteDateTime});
  converters.Register<absl::CivilDay>({"datetime", "date", ReadDate, WriteDate});
  converters.Register<absl::Duration>({"datetime", "timedelta", ReadTimedelta, WriteTimedelta});
}

}  // namespace someos::multiprocessing
