// Event.

#include "someos/testing/python/binding/threading/threading_module.h"

namespace someos::python {
namespace {

using threading::Event;

PyObject* New(PyTypeObject* type, PyObject* /*positional*/, PyObject* /*named*/) {
  return NewObject(type, new Event);
}

PyObject* IsSet(PyObject* self, PyObject* /*unused*/) {
  return PyBool_FromLong(Self<Event>(self).IsSet() ? 1 : 0);
}

PyObject* Set(PyObject* self, PyObject* /*unused*/) {
  Self<Event>(self).Set();
  Py_RETURN_NONE;
}

PyObject* Clear(PyObject* self, PyObject* /*unused*/) {
  Self<Event>(self).Clear();
  Py_RETURN_NONE;
}

PyObject* Wait(PyObject* self, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"timeout", nullptr};
  PyObject* object = Py_None;
  std::optional<absl::Duration> timeout;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "|O", const_cast<char**>(kNames), &object) ||
      !ParseTimeout(object, /*minus_one_is_none=*/false, timeout)) {
    return nullptr;
  }
  return BoolOrRaise(WithoutGil([&] { return Self<Event>(self).Wait(timeout); }));
}

PyObject* Repr(PyObject* self) {
  return PyUnicode_FromFormat("<%s at %p: %s>", Py_TYPE(self)->tp_name, self,
                              Self<Event>(self).IsSet() ? "set" : "unset");
}

PyMethodDef methods[] = {
    {"is_set", IsSet, METH_NOARGS, nullptr},
    {"isSet", IsSet, METH_NOARGS, nullptr},
    {"set", Set, METH_NOARGS, nullptr},
    {"clear", Clear, METH_NOARGS, nullptr},
    {"wait", AsMethod(Wait), METH_VARARGS | METH_KEYWORDS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete<Event>)},
    {Py_tp_repr, reinterpret_cast<void*>(Repr)},
    {Py_tp_methods, methods},
    {Py_tp_members, weak_member<Event>},
    {0, nullptr},
};

PyType_Spec spec = {"someos_threading.Event", sizeof(ThreadingObject<Event>), 0, Py_TPFLAGS_DEFAULT,
                    slots};

}  // namespace

bool AddEvent(PyObject* module) { return AddType(module, spec, "Event") != nullptr; }

}  // namespace someos::python
