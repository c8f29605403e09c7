#include "someos/testing/python/binding/python_object.h"

#include <cerrno>
#include <initializer_list>
#include <string>

#include "someos/api/errno_status.h"
#include "someos/api/python_error.h"

namespace someos::python {
namespace {

PyObject* ExceptionOf(PythonError error) {
  switch (error) {
    case PythonError::kTypeError:
      return PyExc_TypeError;
    case PythonError::kValueError:
      return PyExc_ValueError;
    case PythonError::kOverflowError:
      return PyExc_OverflowError;
    case PythonError::kIndexError:
      return PyExc_IndexError;
    case PythonError::kKeyError:
      return PyExc_KeyError;
    case PythonError::kBufferError:
      return PyExc_BufferError;
    case PythonError::kEofError:
      return PyExc_EOFError;
    case PythonError::kOsError:
      return PyExc_OSError;
    case PythonError::kTimeoutError:  // this and the next two of multiprocessing, which is not
                                      // bound
    case PythonError::kAuthenticationError:
    case PythonError::kBufferTooShort:
    case PythonError::kRuntimeError:
      break;
  }
  return PyExc_RuntimeError;
}

}  // namespace

PyObject* Raise(const absl::Status& status) {
  if (PyErr_Occurred()) return nullptr;
  if (const int error = ErrnoOf(status); error != 0) {
    errno = error;
    return PyErr_SetFromErrno(PyExc_OSError);
  }
  PyErr_SetString(ExceptionOf(PythonErrorOf(status)), std::string(status.message()).c_str());
  return nullptr;
}

PyObject* NoneOrRaise(const absl::Status& status) {
  if (!status.ok()) return Raise(status);
  Py_RETURN_NONE;
}

PyTypeObject* AddType(PyObject* module, PyType_Spec& spec, const char* name) {
  PyObject* const type = PyType_FromSpec(&spec);
  if (type == nullptr || name == nullptr) return reinterpret_cast<PyTypeObject*>(type);
  Py_INCREF(type);
  if (PyModule_AddObject(module, name, type) != 0) return nullptr;
  return reinterpret_cast<PyTypeObject*>(type);
}

bool AddConstants(PyObject* module, absl::Span<const Constant> constants) {
  for (const Constant& constant : constants) {
    PyObject* const value = PyLong_FromLongLong(constant.value);
    if (value == nullptr || PyModule_AddObject(module, constant.name, value) != 0) return false;
  }
  return true;
}

PyObject* MakeModule(PyModuleDef& definition,
                     std::initializer_list<bool (*)(PyObject* module)> parts) {
  Ref module = Ref::Owning(PyModule_Create(&definition));
  if (!module) return nullptr;
  Py_INCREF(PyExc_OSError);
  if (PyModule_AddObject(module.get(), "error", PyExc_OSError) != 0) return nullptr;
  for (bool (*const part)(PyObject*) : parts) {
    if (!part(module.get())) return nullptr;
  }
  return module.Release();
}

}  // namespace someos::python
