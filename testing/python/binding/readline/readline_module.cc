// Python's readline module, made of someos::readline: an extension module for CPython 3.

#include "someos/testing/python/binding/readline/readline_module.h"

// Python.h comes first.
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/constant.h"
#include "someos/api/readline.h"

namespace someos::python {
namespace {

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "readline",
    "Python's readline module over someos.",
    -1,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

// What the tests look for, to tell libedit and versions of GNU readline: the last one, of which
// everything is here.
constexpr Constant kVersions[] = {{"_READLINE_VERSION", 0x0802},
                                  {"_READLINE_RUNTIME_VERSION", 0x0802}};

bool AddBackend(PyObject* module) {
  const std::string backend(readline::Backend());
  const char* const version = backend == "editline" ? "EditLine wrapper" : "8.2";
  return PyModule_AddStringConstant(module, "backend", backend.c_str()) == 0 &&
         PyModule_AddStringConstant(module, "_READLINE_LIBRARY_VERSION", version) == 0 &&
         (backend != "editline" ||
          PyModule_SetDocString(module, "Python's readline module over someos, over libedit.") ==
              0) &&
         AddConstants(module, kVersions);
}

}  // namespace
}  // namespace someos::python

PyMODINIT_FUNC PyInit_readline() {
  namespace python = someos::python;
  return python::MakeModule(python::definition, {python::AddBackend, python::AddHistory,
                                                 python::AddCompletion, python::AddLine});
}
