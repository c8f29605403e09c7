// Python's select module, made of someos::select: an extension module for CPython 3.

#include "someos/testing/python/binding/select/select_module.h"

// Python.h comes first.
#include "absl/types/span.h"
#include "someos/api/constant.h"
#include "someos/api/select.h"

namespace someos::python {
namespace {

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "select",
    "Python's select module over someos.",
    -1,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

bool AddAllConstants(PyObject* module) {
  for (const absl::Span<const Constant> constants : select::kConstants) {
    if (!AddConstants(module, constants)) return false;
  }
  return true;
}

}  // namespace
}  // namespace someos::python

PyMODINIT_FUNC PyInit_select() {
  using someos::python::Ref;
  Ref module = Ref::Owning(PyModule_Create(&someos::python::definition));
  if (!module) return nullptr;
  Py_INCREF(PyExc_OSError);
  if (PyModule_AddObject(module.get(), "error", PyExc_OSError) != 0) return nullptr;
  if (!someos::python::AddAllConstants(module.get()) || !someos::python::AddSelect(module.get()) ||
      !someos::python::AddPoll(module.get()) || !someos::python::AddEpoll(module.get()) ||
      !someos::python::AddKqueue(module.get())) {
    return nullptr;
  }
  return module.Release();
}
