// What the files of the module share: text, paths, and functions of Python that the library calls.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_READLINE_READLINE_MODULE_H_
#define SOMEOS_TESTING_PYTHON_BINDING_READLINE_READLINE_MODULE_H_

#include "someos/testing/python/binding/python_object.h"

// Python.h comes first.
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::python {

// A str as the bytes of the program's locale. nullopt: an exception was raised.
std::optional<std::string> BytesOf(PyObject* text);
// Bytes as a str; those that the locale does not have become lone surrogates.
Ref TextOf(absl::string_view bytes);

// An argument that is a path, None or nullptr, which become nullopt. False: an exception was
// raised.
bool ParsePath(PyObject* object, std::optional<std::string>& path);

// A function that Python has set, or none. Never destroyed: the library may call it at exit.
class Callback {
 public:
  // Takes the only argument of NAME(func), which may be missing or None. False: TypeError.
  bool Set(const char* name, PyObject* arguments);

  bool is_set() const { return static_cast<bool>(function_); }
  // The function, or None.
  PyObject* Get() const;

  // Calls it, from any thread that does not run Python, with what `make` returns: a tuple, or an
  // empty reference if an exception was raised. `take` gets the result. Exceptions are swallowed,
  // as in Python.
  template <typename Make, typename Take>
  void Call(Make make, Take take) const {
    const RunningPython running;
    const Ref function = function_;  // it may set another one
    if (!function) return;
    const Ref arguments = make();
    const Ref result =
        Ref::Owning(arguments ? PyObject_CallObject(function.get(), arguments.get()) : nullptr);
    if (result) take(result.get());
    PyErr_Clear();
  }

 private:
  Ref function_;
};

// What each file adds to the module. They return false if an exception was raised.
bool AddHistory(PyObject* module);
bool AddCompletion(PyObject* module);
bool AddLine(PyObject* module);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_READLINE_READLINE_MODULE_H_
