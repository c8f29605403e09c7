#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include <cmath>

namespace someos::python {

PyObject* RaiseThreading(const absl::Status& status) {
  if (!absl::IsAborted(status) || PyErr_Occurred()) return Raise(status);
  const Ref module = Ref::Owning(PyImport_ImportModule("threading"));
  if (!module) return nullptr;
  const Ref type = Ref::Owning(PyObject_GetAttrString(module.get(), "BrokenBarrierError"));
  if (type) PyErr_SetNone(type.get());
  return nullptr;
}

PyObject* BoolOrRaise(const absl::StatusOr<bool>& result) {
  if (!result.ok()) return RaiseThreading(result.status());
  return PyBool_FromLong(*result ? 1 : 0);
}

bool ParseTimeout(PyObject* object, bool minus_one_is_none,
                  std::optional<absl::Duration>& timeout) {
  if (object == Py_None) return true;
  const double seconds = PyFloat_AsDouble(object);
  if (seconds == -1 && PyErr_Occurred()) return false;
  if (minus_one_is_none && seconds == -1) return true;
  if (std::isnan(seconds)) {
    PyErr_SetString(PyExc_ValueError, "Invalid value NaN (not a number)");
    return false;
  }
  timeout = absl::Seconds(seconds);
  // Infinity, of which Python says that it is too large.
  if (*timeout == absl::InfiniteDuration()) timeout = threading::kTimeoutMax + absl::Seconds(1);
  return true;
}

}  // namespace someos::python
