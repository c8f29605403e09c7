// Completer: one of the library, over a registry whose names a function of Python returns.

#include "someos/testing/python/binding/rlcompleter/completer_type.h"

// Python.h comes first.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/rlcompleter.h"

namespace someos::python {
namespace {

struct Names {
  NameRegistry registry;
  rlcompleter::Completer completer{registry};
};

struct CompleterObject {
  PyObject_HEAD Names* names;
};

Names& NamesOf(PyObject* self) { return *reinterpret_cast<CompleterObject*>(self)->names; }

NameSource SourceOf(PyObject* function);

// (text, kind, a function that returns the children or None). Fails with an exception.
std::optional<Name> NameOf(PyObject* tuple) {
  const char* text = nullptr;
  int kind = 0;
  PyObject* children = nullptr;
  if (!PyArg_ParseTuple(tuple, "siO", &text, &kind, &children)) return std::nullopt;
  return Name(text, static_cast<NameKind>(kind),
              children == Py_None ? NameSource() : SourceOf(children));
}

// No names if an exception was raised, which is swallowed.
std::vector<Name> CallSource(PyObject* function) {
  std::vector<Name> names;
  const Ref list = Ref::Owning(PyObject_CallObject(function, nullptr));
  const Ref sequence =
      Ref::Owning(list ? PySequence_Fast(list.get(), "names are a sequence") : nullptr);
  const Py_ssize_t size = sequence ? PySequence_Fast_GET_SIZE(sequence.get()) : 0;
  for (Py_ssize_t i = 0; i < size; ++i) {
    std::optional<Name> name = NameOf(PySequence_Fast_GET_ITEM(sequence.get(), i));
    if (name.has_value()) names.push_back(*std::move(name));
  }
  PyErr_Clear();
  return names;
}

NameSource SourceOf(PyObject* function) {
  return [kept = Ref::Sharing(function)] { return CallSource(kept.get()); };
}

PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* /*named*/) {
  PyObject* source = nullptr;
  if (!PyArg_ParseTuple(positional, "O", &source)) return nullptr;
  auto* const self = reinterpret_cast<CompleterObject*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  self->names = new Names;
  self->names->registry.AddSource(SourceOf(source));
  return reinterpret_cast<PyObject*>(self);
}

void Delete(PyObject* self) {
  delete &NamesOf(self);
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* Matches(PyObject* self, PyObject* arguments) {
  const char* text = nullptr;
  if (!PyArg_ParseTuple(arguments, "s", &text)) return nullptr;
  Ref list = Ref::Owning(PyList_New(0));
  for (const std::string& match : NamesOf(self).registry.Matches(text)) {
    const Ref item = Ref::Owning(PyUnicode_FromString(match.c_str()));
    if (!list || !item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.Release();
}

PyObject* Complete(PyObject* self, PyObject* arguments) {
  const char* text = nullptr;
  int state = 0;
  if (!PyArg_ParseTuple(arguments, "si", &text, &state)) return nullptr;
  const std::optional<std::string> match = NamesOf(self).completer.Complete(text, state);
  if (!match.has_value()) Py_RETURN_NONE;
  return PyUnicode_FromString(match->c_str());
}

PyMethodDef methods[] = {
    {"matches", Matches, METH_VARARGS, nullptr},
    {"complete", Complete, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete)},
    {Py_tp_methods, methods},
    {0, nullptr},
};

PyType_Spec spec = {"someos_rlcompleter.Completer", sizeof(CompleterObject), 0, Py_TPFLAGS_DEFAULT,
                    slots};

}  // namespace

bool AddCompleter(PyObject* module) { return AddType(module, spec, "Completer") != nullptr; }

}  // namespace someos::python
