// The classes of Python's standard library that data often contains, as C++ values.

#ifndef SOMEOS_API_MULTIPROCESSING_CONVERTERS_STANDARD_CONVERTERS_H_
#define SOMEOS_API_MULTIPROCESSING_CONVERTERS_STANDARD_CONVERTERS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "someos/api/multiprocessing/converters/py_converters.h"
#include "someos/api/multiprocessing/converters/py_datetime.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// A decimal.Decimal: what its str() is, in ASCII. "-1.50", "1E+3", "NaN", "-Infinity".
struct PyDecimal {
  std::string text = "0";
};

// A fractions.Fraction: two ints of any size. The denominator is positive; that they have no common
// factor is not checked, and Python makes it so.
struct PyFraction {
  PyValue numerator = PyValue(0);
  PyValue denominator = PyValue(1);
};

// A uuid.UUID: its `bytes`. Its is_safe is not kept.
struct PyUuid {
  std::array<uint8_t, 16> bytes = {};
};

// A collections.deque.
struct PyDeque {
  PyValue items = PyValue::List({});  // a list
  std::optional<int64_t> maxlen;      // not below the number of items
};

// A collections.OrderedDict: a dict, which keeps its order. Write refuses None.
struct PyOrderedDict {
  PyValue entries;
};

// Those of this file and of py_datetime.h. Each reads what Python 2.7 to 3.14 write in any
// protocol, and writes what all of them make the same object of. Instances of subclasses are of
// other classes, and what has attributes of its own is refused.
PyConverters StandardConverters();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONVERTERS_STANDARD_CONVERTERS_H_
