#include "someos/testing/python/binding/python_object.h"

#include <limits>
#include <string>

#include "someos/api/python_error.h"

namespace someos::python {
namespace {

PyObject* ExceptionOf(select::PythonError error) {
  switch (error) {
    case select::PythonError::kTypeError:
      return PyExc_TypeError;
    case select::PythonError::kValueError:
      return PyExc_ValueError;
    case select::PythonError::kOverflowError:
      return PyExc_OverflowError;
    case select::PythonError::kKeyError:
      return PyExc_KeyError;
    case select::PythonError::kOsError:
      return PyExc_OSError;
    case select::PythonError::kRuntimeError:
      break;
  }
  return PyExc_RuntimeError;
}

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

PyObject* Raise(const absl::Status& status) {
  if (PyErr_Occurred()) return nullptr;
  if (const int error = ErrnoOf(status); error != 0) {
    errno = error;
    return PyErr_SetFromErrno(PyExc_OSError);
  }
  PyErr_SetString(ExceptionOf(select::PythonErrorOf(status)),
                  std::string(status.message()).c_str());
  return nullptr;
}

PyObject* NoneOrRaise(const absl::Status& status) {
  if (!status.ok()) return Raise(status);
  Py_RETURN_NONE;
}

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

PyTypeObject* AddType(PyObject* module, PyType_Spec& spec, const char* name) {
  PyObject* const type = PyType_FromSpec(&spec);
  if (type == nullptr || name == nullptr) return reinterpret_cast<PyTypeObject*>(type);
  Py_INCREF(type);
  if (PyModule_AddObject(module, name, type) != 0) return nullptr;
  return reinterpret_cast<PyTypeObject*>(type);
}

}  // namespace someos::python
