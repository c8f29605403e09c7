#include <optional>
#include <string>

#include "someos/testing/python/binding/readline/readline_module.h"

namespace someos::python {

std::optional<std::string> BytesOf(PyObject* text) {
  if (!PyUnicode_Check(text)) {
    PyErr_Format(PyExc_TypeError, "expected str, not %s", Py_TYPE(text)->tp_name);
    return std::nullopt;
  }
  const Ref bytes = Ref::Owning(PyUnicode_EncodeLocale(text, "surrogateescape"));
  if (!bytes) return std::nullopt;
  return std::string(PyBytes_AS_STRING(bytes.get()),
                     static_cast<size_t>(PyBytes_GET_SIZE(bytes.get())));
}

Ref TextOf(absl::string_view bytes) {
  const std::string terminated(bytes);
  return Ref::Owning(PyUnicode_DecodeLocaleAndSize(
      terminated.c_str(), static_cast<Py_ssize_t>(terminated.size()), "surrogateescape"));
}

bool ParsePath(PyObject* object, std::optional<std::string>& path) {
  if (object == nullptr || object == Py_None) return true;
  PyObject* converted = nullptr;
  if (PyUnicode_FSConverter(object, &converted) == 0) return false;
  const Ref bytes = Ref::Owning(converted);
  path = std::string(PyBytes_AS_STRING(converted));
  return true;
}

bool Callback::Set(const char* name, PyObject* arguments) {
  PyObject* function = Py_None;
  if (!PyArg_UnpackTuple(arguments, name, 0, 1, &function)) return false;
  if (function != Py_None && PyCallable_Check(function) == 0) {
    PyErr_Format(PyExc_TypeError, "%s(func): argument not callable", name);
    return false;
  }
  function_ = function == Py_None ? Ref() : Ref::Sharing(function);
  return true;
}

PyObject* Callback::Get() const {
  return Ref::Sharing(is_set() ? function_.get() : Py_None).Release();
}

}  // namespace someos::python
