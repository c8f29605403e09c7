// Lock and RLock.

#include "someos/testing/python/binding/threading/threading_module.h"

namespace someos::python {
namespace {

template <typename AnyLock>
PyTypeObject* type_of = nullptr;

template <typename AnyLock>
PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {nullptr};
  if (!PyArg_ParseTupleAndKeywords(positional, named, "", const_cast<char**>(kNames))) {
    return nullptr;
  }
  return NewObject(type, new AnyLock);
}

template <typename AnyLock>
PyObject* Locked(PyObject* self, PyObject* /*unused*/) {
  return PyBool_FromLong(Self<AnyLock>(self).locked() ? 1 : 0);
}

template <typename AnyLock>
PyObject* Repr(PyObject* self) {
  return PyUnicode_FromFormat("<%s %s object at %p>",
                              Self<AnyLock>(self).locked() ? "locked" : "unlocked",
                              Py_TYPE(self)->tp_name, self);
}

template <typename AnyLock>
PyMethodDef methods[] = {
    {"acquire", AsMethod(Acquire<AnyLock>), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"release", Release<AnyLock>, METH_NOARGS, nullptr},
    {"locked", Locked<AnyLock>, METH_NOARGS, nullptr},
    {"__enter__", Enter<AnyLock>, METH_NOARGS, nullptr},
    {"__exit__", Release<AnyLock>, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <typename AnyLock>
bool AddLock(PyObject* module, const char* full_name, const char* name) {
  static PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(New<AnyLock>)},
      {Py_tp_dealloc, reinterpret_cast<void*>(Delete<AnyLock>)},
      {Py_tp_repr, reinterpret_cast<void*>(Repr<AnyLock>)},
      {Py_tp_methods, methods<AnyLock>},
      {Py_tp_members, weak_member<AnyLock>},
      {0, nullptr},
  };
  static PyType_Spec spec = {full_name, sizeof(ThreadingObject<AnyLock>), 0, Py_TPFLAGS_DEFAULT,
                             slots};
  type_of<AnyLock> = AddType(module, spec, name);
  return type_of<AnyLock> != nullptr;
}

template <typename AnyLock>
AnyLock* AnyLockOf(PyObject* object) {
  return Py_TYPE(object) == type_of<AnyLock> ? &Self<AnyLock>(object) : nullptr;
}

}  // namespace

threading::Lock* LockOf(PyObject* object) { return AnyLockOf<threading::Lock>(object); }
threading::RLock* RLockOf(PyObject* object) { return AnyLockOf<threading::RLock>(object); }

bool AddLocks(PyObject* module) {
  return AddLock<threading::Lock>(module, "someos_threading.Lock", "Lock") &&
         AddLock<threading::RLock>(module, "someos_threading.RLock", "RLock");
}

}  // namespace someos::python
