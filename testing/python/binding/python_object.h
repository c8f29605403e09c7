// What the extension modules share: objects of Python, statuses as its exceptions, types.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_PYTHON_OBJECT_H_
#define SOMEOS_TESTING_PYTHON_BINDING_PYTHON_OBJECT_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>  // first: it configures the system's headers

#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/constant.h"

namespace someos::python {

// The status of a call during which Python has raised an exception, which Raise then leaves alone.
inline absl::Status Raised() { return absl::UnknownError("an exception of Python"); }

// Raises the exception that `status` stands for. Returns nullptr, for the caller to return.
PyObject* Raise(const absl::Status& status);
// None, or the exception.
PyObject* NoneOrRaise(const absl::Status& status);

// A descriptor as a module's functions accept it.
struct PythonFile {
  PyObject* object;

  absl::StatusOr<int> fileno() const {
    const int fd = PyObject_AsFileDescriptor(object);
    if (fd < 0) return Raised();
    return fd;
  }
};

// Owns a reference. A waitable.
class Ref {
 public:
  Ref() = default;
  static Ref Owning(PyObject* object) { return Ref(object); }
  static Ref Sharing(PyObject* object) {
    Py_XINCREF(object);
    return Ref(object);
  }
  Ref(const Ref& other) : Ref(Sharing(other.object_)) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }

  explicit operator bool() const { return object_ != nullptr; }
  PythonFile operator*() const { return {object_}; }
  PyObject* get() const { return object_; }
  PyObject* Release() { return std::exchange(object_, nullptr); }

 private:
  explicit Ref(PyObject* object) : object_(object) {}

  PyObject* object_ = nullptr;
};

// While it lives, other threads may run Python.
class ReleasedLock {
 public:
  ReleasedLock() : state_(PyEval_SaveThread()) {}
  ReleasedLock(const ReleasedLock&) = delete;
  ReleasedLock& operator=(const ReleasedLock&) = delete;
  ~ReleasedLock() { PyEval_RestoreThread(state_); }

 private:
  PyThreadState* const state_;
};

// While it lives, the calling thread runs Python, whether or not it does so already.
class RunningPython {
 public:
  RunningPython() : state_(PyGILState_Ensure()) {}
  RunningPython(const RunningPython&) = delete;
  RunningPython& operator=(const RunningPython&) = delete;
  ~RunningPython() { PyGILState_Release(state_); }

 private:
  const PyGILState_STATE state_;
};

// For tables of methods, whose functions have several signatures.
template <typename Function>
PyCFunction AsMethod(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

// Makes a type of the module that is named `name` there; nullptr if an exception was raised.
// With `name` null it is not added.
PyTypeObject* AddType(PyObject* module, PyType_Spec& spec, const char* name);

// Adds integers to a module by their names. Returns false if an exception was raised.
bool AddConstants(PyObject* module, absl::Span<const Constant> constants);

// Makes a module, with OSError as its `error`, as Python's modules of the operating system have it;
// each of `parts` adds to it, and returns false if an exception was raised. nullptr if one was.
PyObject* MakeModule(PyModuleDef& definition,
                     std::initializer_list<bool (*)(PyObject* module)> parts);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_PYTHON_OBJECT_H_
