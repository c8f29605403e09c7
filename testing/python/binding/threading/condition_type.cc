// Condition.

#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include "someos/testing/python/binding/threading/foreign_ref.h"

namespace someos::python {
namespace {

using threading::Condition;

PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"lock", nullptr};
  PyObject* lock = Py_None;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|O", const_cast<char**>(kNames), &lock)) {
    return nullptr;
  }
  if (lock == Py_None) return NewObject(type, new Condition);
  if (threading::Lock* const plain = LockOf(lock); plain != nullptr) {
    return NewObject(type, new Condition(*plain), lock);
  }
  if (threading::RLock* const rlock = RLockOf(lock); rlock != nullptr) {
    return NewObject(type, new Condition(*rlock), lock);
  }
  PyErr_SetString(PyExc_TypeError, "a condition takes a Lock or an RLock");
  return nullptr;
}

PyObject* Wait(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"timeout", nullptr};
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|O", const_cast<char**>(kNames), &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/false, timeout)) {
    return nullptr;
  }
  return BoolOrRaise(WithoutGil([&] { return Self<Condition>(self).Wait(timeout); }));
}

// What the predicate has returned last; nullptr if it has raised an exception.
PyObject* WaitFor(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"predicate", "timeout", nullptr};
  PyObject* predicate = nullptr;
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "O|O", const_cast<char**>(kNames), &predicate,
                                   &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/false, timeout)) {
    return nullptr;
  }
  Ref result;
  const auto is_true = [&] {
    const RunningPython running;
    result = Ref::Owning(PyObject_CallObject(predicate, nullptr));
    return !result || PyObject_IsTrue(result.get()) != 0;
  };
  const absl::StatusOr<bool> waited =
      WithoutGil([&] { return Self<Condition>(self).WaitFor(is_true, timeout); });
  if (!waited.ok()) return RaiseThreading(waited.status());
  return result.Release();
}

PyObject* Notify(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"n", nullptr};
  long long count = 1;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|L", const_cast<char**>(kNames), &count)) {
    return nullptr;
  }
  return NoneOrRaise(Self<Condition>(self).Notify(count));
}

PyObject* NotifyAll(PyObject* self, PyObject* /*unused*/) {
  return NoneOrRaise(Self<Condition>(self).NotifyAll());
}

PyMethodDef methods[] = {
    {"acquire", AsMethod(Acquire<Condition>), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"release", Release<Condition>, METH_NOARGS, nullptr},
    {"__enter__", Enter<Condition>, METH_NOARGS, nullptr},
    {"__exit__", Release<Condition>, METH_VARARGS, nullptr},
    {"wait", AsMethod(Wait), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"wait_for", AsMethod(WaitFor), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"notify", AsMethod(Notify), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"notify_all", NotifyAll, METH_NOARGS, nullptr},
    {"notifyAll", NotifyAll, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete<Condition>)},
    {Py_tp_methods, methods},
    {Py_tp_members, weak_member<Condition>},
    {0, nullptr},
};

PyType_Spec spec = {"someos_threading.Condition", sizeof(ThreadingObject<Condition>), 0,
                    Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddCondition(PyObject* module) { return AddType(module, spec, "Condition") != nullptr; }

}  // namespace someos::python
