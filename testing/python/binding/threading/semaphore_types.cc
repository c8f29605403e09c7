// Semaphore and BoundedSemaphore.

#include "someos/testing/python/binding/threading/threading_module.h"

namespace someos::python {
namespace {

template <typename AnySemaphore>
PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"value", nullptr};
  long long value = 1;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|L", const_cast<char**>(kNames), &value)) {
    return nullptr;
  }
  auto* const semaphore = new AnySemaphore(value);
  if (const absl::Status status = semaphore->status(); !status.ok()) {
    delete semaphore;
    return RaiseThreading(status);
  }
  return NewObject(type, semaphore);
}

template <typename AnySemaphore>
PyObject* ReleaseSome(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"n", nullptr};
  long long count = 1;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|L", const_cast<char**>(kNames), &count)) {
    return nullptr;
  }
  const absl::Status status = Self<AnySemaphore>(self).Release(count);
  if (!status.ok()) return RaiseThreading(status);
  Py_RETURN_NONE;
}

template <typename AnySemaphore>
PyMethodDef methods[] = {
    {"acquire", AsMethod(Acquire<AnySemaphore>), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"release", AsMethod(ReleaseSome<AnySemaphore>), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"__enter__", Enter<AnySemaphore>, METH_NOARGS, nullptr},
    {"__exit__", Release<AnySemaphore>, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <typename AnySemaphore>
bool AddSemaphore(PyObject* module, const char* full_name, const char* name) {
  static PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(New<AnySemaphore>)},
      {Py_tp_dealloc, reinterpret_cast<void*>(Delete<AnySemaphore>)},
      {Py_tp_methods, methods<AnySemaphore>},
      {Py_tp_members, weak_member<AnySemaphore>},
      {0, nullptr},
  };
  static PyType_Spec spec = {full_name, sizeof(ThreadingObject<AnySemaphore>), 0,
                             Py_TPFLAGS_DEFAULT, slots};
  return AddType(module, spec, name) != nullptr;
}

}  // namespace

bool AddSemaphores(PyObject* module) {
  return AddSemaphore<threading::Semaphore>(module, "someos_threading.Semaphore", "Semaphore") &&
         AddSemaphore<threading::BoundedSemaphore>(module, "someos_threading.BoundedSemaphore",
                                                   "BoundedSemaphore");
}

}  // namespace someos::python
