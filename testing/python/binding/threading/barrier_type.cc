// Barrier.

#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include <utility>

#include "absl/functional/any_invocable.h"
#include "someos/testing/python/binding/threading/foreign_ref.h"

namespace someos::python {
namespace {

using threading::Barrier;

// Its exception is raised where Wait has called it: in the same thread.
absl::AnyInvocable<absl::Status()> ActionOf(PyObject* function) {
  if (function == Py_None) return nullptr;
  return [function] {
    const RunningPython running;
    return Ref::Owning(PyObject_CallObject(function, nullptr)) ? absl::OkStatus() : Raised();
  };
}

PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"parties", "action", "timeout", nullptr};
  int parties = 0;
  PyObject* action = Py_None;
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "i|OO", const_cast<char**>(kNames), &parties,
                                   &action, &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/false, timeout)) {
    return nullptr;
  }
  auto* const barrier = new Barrier(parties, ActionOf(action), timeout);
  if (const absl::Status status = barrier->status(); !status.ok()) {
    delete barrier;
    return RaiseThreading(status);
  }
  return NewObject(type, barrier, action);
}

PyObject* Wait(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"timeout", nullptr};
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|O", const_cast<char**>(kNames), &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/false, timeout)) {
    return nullptr;
  }
  const absl::StatusOr<int> index = WithoutGil([&] { return Self<Barrier>(self).Wait(timeout); });
  if (!index.ok()) return RaiseThreading(index.status());
  return PyLong_FromLong(*index);
}

PyObject* Reset(PyObject* self, PyObject* /*unused*/) {
  return NoneOrRaise(Self<Barrier>(self).Reset());
}

PyObject* Abort(PyObject* self, PyObject* /*unused*/) {
  return NoneOrRaise(Self<Barrier>(self).Abort());
}

PyObject* Parties(PyObject* self, void* /*unused*/) {
  return PyLong_FromLong(Self<Barrier>(self).parties());
}

PyObject* Waiting(PyObject* self, void* /*unused*/) {
  return PyLong_FromLong(Self<Barrier>(self).n_waiting());
}

PyObject* Broken(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(Self<Barrier>(self).broken() ? 1 : 0);
}

PyObject* Repr(PyObject* self) {
  Barrier& barrier = Self<Barrier>(self);
  if (barrier.broken())
    return PyUnicode_FromFormat("<%s at %p: broken>", Py_TYPE(self)->tp_name, self);
  return PyUnicode_FromFormat("<%s at %p: waiters=%d/%d>", Py_TYPE(self)->tp_name, self,
                              barrier.n_waiting(), barrier.parties());
}

PyMethodDef methods[] = {
    {"wait", AsMethod(Wait), METH_VARARGS | METH_KEYWORDS, nullptr},
    {"reset", Reset, METH_NOARGS, nullptr},
    {"abort", Abort, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef properties[] = {
    {"parties", Parties, nullptr, nullptr, nullptr},
    {"n_waiting", Waiting, nullptr, nullptr, nullptr},
    {"broken", Broken, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete<Barrier>)},
    {Py_tp_repr, reinterpret_cast<void*>(Repr)},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {Py_tp_members, weak_member<Barrier>},
    {0, nullptr},
};

PyType_Spec spec = {"someos_threading.Barrier", sizeof(ThreadingObject<Barrier>), 0,
                    Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddBarrier(PyObject* module) { return AddType(module, spec, "Barrier") != nullptr; }

}  // namespace someos::python
