// What the files of the module share: an object of threading as one of Python.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_THREADING_THREADING_MODULE_H_
#define SOMEOS_TESTING_PYTHON_BINDING_THREADING_THREADING_MODULE_H_

#include "someos/testing/python/binding/python_object.h"

// Python.h comes first.
#include <structmember.h>

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#if SOMEOS_PYTHON_OF_DUMMIES
#include "someos/api/dummy_thread.h"
#include "someos/api/dummy_threading.h"
#else
#include "someos/api/thread.h"
#include "someos/api/threading.h"
#endif

namespace someos::python {

// The module is built of the dummies, too.
#if SOMEOS_PYTHON_OF_DUMMIES
namespace thread = dummy_thread;
namespace threading = dummy_threading;
#endif

// The memory of a Python object of a type that is made of T.
template <typename T>
struct ThreadingObject {
  PyObject_HEAD T* value;
  PyObject* kept;  // what `value` refers to, or nullptr
  PyObject* weak_references;
};

template <typename T>
T& Self(PyObject* self) {
  return *reinterpret_cast<ThreadingObject<T>*>(self)->value;
}

// A new object, which owns `value` and shares `kept`.
template <typename T>
PyObject* NewObject(PyTypeObject* type, T* value, PyObject* kept = nullptr) {
  auto* const self = reinterpret_cast<ThreadingObject<T>*>(type->tp_alloc(type, 0));
  if (self == nullptr) {
    delete value;
    return nullptr;
  }
  Py_XINCREF(kept);
  self->value = value;
  self->kept = kept;
  return reinterpret_cast<PyObject*>(self);
}

template <typename T>
void Delete(PyObject* self) {
  auto* const object = reinterpret_cast<ThreadingObject<T>*>(self);
  if (object->weak_references != nullptr) PyObject_ClearWeakRefs(self);
  delete object->value;
  Py_XDECREF(object->kept);
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

template <typename T>
inline PyMemberDef weak_member[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(ThreadingObject<T>, weak_references), READONLY,
     nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

// Raises what Python's threading does: BrokenBarrierError is a class of that module.
PyObject* RaiseThreading(const absl::Status& status);
PyObject* BoolOrRaise(const absl::StatusOr<bool>& result);

// None is none. Python's -1, for locks, is one of `minus_one_is_none`. False: raised.
bool ParseTimeout(PyObject* object, bool minus_one_is_none, std::optional<absl::Duration>& timeout);

// Makes a call that may wait, while other threads may run Python.
template <typename Call>
auto WithoutGil(Call call) {
  const ReleasedLock released;
  return call();
}

// acquire(blocking=True, timeout=...), release(), and `with`, for all types that have them.
template <typename T>
PyObject* Acquire(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"blocking", "timeout", nullptr};
  int blocking = 1;
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|pO", const_cast<char**>(kNames), &blocking,
                                   &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/true, timeout)) {
    return nullptr;
  }
  return BoolOrRaise(WithoutGil([&] { return Self<T>(self).Acquire(blocking != 0, timeout); }));
}

template <typename T>
PyObject* Enter(PyObject* self, PyObject* /*unused*/) {
  return BoolOrRaise(WithoutGil([&] { return Self<T>(self).Acquire(); }));
}

template <typename T>
PyObject* Release(PyObject* self, PyObject* /*unused*/) {
  const absl::Status status = Self<T>(self).Release();
  if (!status.ok()) return RaiseThreading(status);
  Py_RETURN_NONE;
}

// What each file adds to the module. They return false if an exception was raised.
bool AddLocks(PyObject* module);
bool AddCondition(PyObject* module);
bool AddSemaphores(PyObject* module);
bool AddEvent(PyObject* module);
bool AddBarrier(PyObject* module);
bool AddThreads(PyObject* module);
bool AddLocal(PyObject* module);

// Functions of the module that return threads, or are called by them.
PyObject* CurrentThread(PyObject* module, PyObject* unused);
PyObject* MainThread(PyObject* module, PyObject* unused);
PyObject* Enumerate(PyObject* module, PyObject* unused);
PyObject* SetExceptHook(PyObject* module, PyObject* function);

// The Lock or RLock of one of Python's objects; both are nullptr if it is another one.
threading::Lock* LockOf(PyObject* object);
threading::RLock* RLockOf(PyObject* object);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_THREADING_THREADING_MODULE_H_
