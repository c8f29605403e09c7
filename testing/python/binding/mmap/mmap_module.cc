// Python's mmap module, made of someos::mmap: an extension module for CPython 3.

#include "someos/testing/python/binding/mmap/mmap_type.h"

// Python.h comes first.
#include "someos/api/constant.h"
#include "someos/api/mmap.h"

namespace someos::python {
namespace {

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "mmap",
    "Python's mmap module over someos.",
    -1,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

bool AddAllConstants(PyObject* module) {
  const Constant of_run_time[] = {
      {"PAGESIZE", static_cast<int64_t>(mmap::PageSize())},
      {"ALLOCATIONGRANULARITY", static_cast<int64_t>(mmap::AllocationGranularity())},
  };
  return AddConstants(module, mmap::kAccessConstants) &&
         AddConstants(module, mmap::kSystemConstants) && AddConstants(module, of_run_time);
}

}  // namespace
}  // namespace someos::python

PyMODINIT_FUNC PyInit_mmap() {
  namespace python = someos::python;
  return python::MakeModule(python::definition, {python::AddAllConstants, python::AddMmap});
}
