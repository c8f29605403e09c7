// Numbers of Python as timeouts and masks.

#include "someos/testing/python/binding/select/select_module.h"

// Python.h comes first.
#include <limits>

namespace someos::python {
namespace {

// The number of `object`, or Raised() if its __index__ has raised anything but a TypeError.
absl::StatusOr<select::PythonNumber> NumberOf(PyObject* object) {
  if (PyFloat_Check(object)) return select::PythonNumber::Float(PyFloat_AS_DOUBLE(object));
  const Ref whole = Ref::Owning(PyNumber_Index(object));
  if (!whole) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return Raised();
    PyErr_Clear();
    return select::PythonNumber::NotANumber(Py_TYPE(object)->tp_name);
  }
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(whole.get(), &overflow);
  if (overflow == 0) return select::PythonNumber::Int(value);
  double nearest = PyLong_AsDouble(whole.get());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    nearest = overflow * std::numeric_limits<double>::infinity();
  }
  return select::PythonNumber::HugeInt(nearest);
}

}  // namespace

absl::StatusOr<Timeout> TimeoutOf(PyObject* object, TimeoutConverter converter) {
  if (object == nullptr || object == Py_None) return Timeout();
  const absl::StatusOr<select::PythonNumber> number = NumberOf(object);
  if (!number.ok()) return number.status();
  return converter(*number, select::PythonVersion::kPython313);
}

absl::StatusOr<int64_t> ClampedInt(PyObject* object) {
  const Ref whole = Ref::Owning(PyNumber_Index(object));
  if (!whole) return Raised();
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(whole.get(), &overflow);
  if (overflow > 0) return std::numeric_limits<int64_t>::max();
  if (overflow < 0) return std::numeric_limits<int64_t>::min();
  return value;
}

}  // namespace someos::python
