// What the types of the extension module share: objects of Python as waitables, statuses as its
// exceptions, waits without its lock.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_PYTHON_OBJECT_H_
#define SOMEOS_TESTING_PYTHON_BINDING_PYTHON_OBJECT_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>  // first: it configures the system's headers

#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/api/python_timeout.h"

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

// Calls `wait` with what is left of `timeout` until it has a result, or a handler of a signal
// raises an exception (PEP 475).
template <typename Wait>
auto WaitWithHandlers(std::optional<absl::Duration> timeout, Wait wait) {
  const select::TimeLimit limit(timeout);
  while (true) {
    auto result = [&] {
      const ReleasedLock released;
      return wait(limit.Left());
    }();
    if (result.ok() || ErrnoOf(result.status()) != EINTR || PyErr_CheckSignals() != 0) {
      return result;
    }
  }
}

using Timeout = std::optional<absl::Duration>;
using TimeoutConverter = absl::StatusOr<Timeout> (*)(const select::PythonNumber&,
                                                     select::PythonVersion);

// `object` is null, None, or what `converter` accepts.
absl::StatusOr<Timeout> TimeoutOf(PyObject* object, TimeoutConverter converter);

// An int of Python as an int64_t, if it is one; numbers beyond are its ends.
absl::StatusOr<int64_t> ClampedInt(PyObject* object);

// A list of pairs (fd, events).
template <typename Events>
PyObject* ListOfPairs(const Events& events) {
  Ref list = Ref::Owning(PyList_New(static_cast<Py_ssize_t>(events.size())));
  if (!list) return nullptr;
  Py_ssize_t index = 0;
  for (const auto& [fd, mask] : events) {
    PyObject* const pair = Py_BuildValue("(iI)", fd, static_cast<unsigned>(mask));
    if (pair == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), index++, pair);
  }
  return list.Release();
}

// For tables of methods, whose functions have several signatures.
template <typename Function>
PyCFunction AsMethod(Function* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

// Makes a type of the module that is named `name` there; nullptr if an exception was raised.
// With `name` null it is not added.
PyTypeObject* AddType(PyObject* module, PyType_Spec& spec, const char* name);

// What each file of the module adds to it. They return false if an exception was raised.
bool AddSelect(PyObject* module);
bool AddPoll(PyObject* module);
bool AddEpoll(PyObject* module);
bool AddKqueue(PyObject* module);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_PYTHON_OBJECT_H_
