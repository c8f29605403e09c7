// The types of Python's module datetime as C++ values.

#ifndef SOMEOS_API_MULTIPROCESSING_CONVERTERS_PY_DATETIME_H_
#define SOMEOS_API_MULTIPROCESSING_CONVERTERS_PY_DATETIME_H_

#include <cstdint>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/converters/py_converters.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// A datetime.datetime, of years 1 to 9999.
struct PyDateTime {
  absl::CivilSecond second;
  int32_t microsecond = 0;  // 0 to 999,999
  // The second one of two equal times, when clocks are set back. Only Python 3.6 and later have
  // it, and Python 2.7 to 3.5 refuse a pickle of one where it is set.
  bool fold = false;
  // None: a naive datetime. Otherwise what the pickle says, which is not interpreted: an object,
  // in most cases of datetime.timezone.
  PyValue tzinfo = {};
};

// Registers
//   datetime.datetime    PyDateTime
//   datetime.date        absl::CivilDay
//   datetime.timedelta   absl::Duration
// Dates that do not exist are refused when they are read and when they are written, and so are
// durations that are no whole number of microseconds or have more than 999,999,999 days.
void RegisterDatetime(PyConverters& converters);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONVERTERS_PY_DATETIME_H_
