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
  namespace python = someos::python;
  return python::MakeModule(python::definition,
                            {python::AddAllConstants, python::AddSelect, python::AddPoll,
                             python::AddEpoll, python::AddKqueue});
}
