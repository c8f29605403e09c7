// The library's rlcompleter for Python: from its Completer and its kinds of names,
// rlcompleter_names.py makes Python's module.

#include "someos/testing/python/binding/rlcompleter/completer_type.h"

// Python.h comes first.
#include <cstdint>

#include "someos/api/constant.h"
#include "someos/api/rlcompleter.h"

namespace someos::python {
namespace {

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "someos_rlcompleter",
    "What Python's rlcompleter is made of, over someos.",
    -1,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

constexpr Constant kKinds[] = {
    {"VALUE", static_cast<int64_t>(NameKind::kValue)},
    {"CALLABLE", static_cast<int64_t>(NameKind::kCallable)},
    {"CALLABLE_WITHOUT_ARGUMENTS", static_cast<int64_t>(NameKind::kCallableWithoutArguments)},
    {"KEYWORD", static_cast<int64_t>(NameKind::kKeyword)},
    {"KEYWORD_WITH_COLON", static_cast<int64_t>(NameKind::kKeywordWithColon)},
    {"WORD_KEYWORD", static_cast<int64_t>(NameKind::kWordKeyword)},
};

bool AddKinds(PyObject* module) { return AddConstants(module, kKinds); }

}  // namespace
}  // namespace someos::python

PyMODINIT_FUNC PyInit_someos_rlcompleter() {
  namespace python = someos::python;
  return python::MakeModule(python::definition, {python::AddKinds, python::AddCompleter});
}
