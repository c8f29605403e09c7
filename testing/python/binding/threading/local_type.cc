// Local: an object of Python's for each thread, made by a function, from which threading_names.py
// makes threading.local.

#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include <utility>

#include "someos/testing/python/binding/threading/foreign_ref.h"

namespace someos::python {
namespace {

using Local = threading::Local<ForeignRef>;

PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* /*named*/) {
  PyObject* function = nullptr;
  if (!PyArg_ParseTuple(positional, "O", &function)) return nullptr;
  auto make = [function = ForeignRef(Ref::Sharing(function))] {
    return ForeignRef(Ref::Owning(PyObject_CallObject(function.get(), nullptr)));
  };
  return NewObject(type, new Local(std::move(make)));
}

PyObject* Get(PyObject* self, PyObject* /*unused*/) {
  PyObject* const value = Self<Local>(self)->get();
  Py_XINCREF(value);
  return value;
}

PyMethodDef methods[] = {
    {"get", Get, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete<Local>)},
    {Py_tp_methods, methods},
    {Py_tp_members, weak_member<Local>},
    {0, nullptr},
};

PyType_Spec spec = {"someos_threading.Local", sizeof(ThreadingObject<Local>), 0, Py_TPFLAGS_DEFAULT,
                    slots};

}  // namespace

bool AddLocal(PyObject* module) { return AddType(module, spec, "Local") != nullptr; }

}  // namespace someos::python
