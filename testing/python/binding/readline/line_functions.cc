// The line, init files and hooks; and Python's input(), which calls what
// PyOS_ReadlineFunctionPointer points to.

#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/readline.h"
#include "someos/testing/python/binding/readline/readline_module.h"

namespace someos::python {
namespace {

// A line with its newline, in memory of Python's; "": the end of the input; nullptr: an exception,
// or KeyboardInterrupt if none was raised.
char* ReadLine(std::FILE* /*input*/, std::FILE* /*output*/, const char* prompt) {
  const absl::StatusOr<std::string> line = readline::Input(prompt == nullptr ? "" : prompt);
  if (absl::IsCancelled(line.status())) return nullptr;
  if (!line.ok() && !absl::IsOutOfRange(line.status())) {
    const RunningPython running;
    Raise(line.status());
    return nullptr;
  }
  const std::string text = line.ok() ? absl::StrCat(*line, "\n") : "";
  auto* const copy = static_cast<char*>(PyMem_RawMalloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

Callback& TheStartupHook() {
  static auto* const callback = new Callback;
  return *callback;
}

Callback& ThePreInputHook() {
  static auto* const callback = new Callback;
  return *callback;
}

void CallHook(const Callback& hook) {
  hook.Call([] { return Ref::Owning(PyTuple_New(0)); }, [](PyObject* /*result*/) {});
}

PyObject* SetStartupHook(PyObject* /*module*/, PyObject* arguments) {
  if (!TheStartupHook().Set("set_startup_hook", arguments)) return nullptr;
  readline::SetStartupHook([] { CallHook(TheStartupHook()); });
  Py_RETURN_NONE;
}

PyObject* SetPreInputHook(PyObject* /*module*/, PyObject* arguments) {
  if (!ThePreInputHook().Set("set_pre_input_hook", arguments)) return nullptr;
  readline::SetPreInputHook([] { CallHook(ThePreInputHook()); });
  Py_RETURN_NONE;
}

PyObject* ParseAndBind(PyObject* /*module*/, PyObject* text) {
  const std::optional<std::string> line = BytesOf(text);
  if (!line.has_value()) return nullptr;
  readline::ParseAndBind(*line);
  Py_RETURN_NONE;
}

PyObject* ReadInitFile(PyObject* /*module*/, PyObject* arguments) {
  PyObject* object = nullptr;
  std::optional<std::string> path;
  if (!PyArg_ParseTuple(arguments, "|O", &object) || !ParsePath(object, path)) return nullptr;
  return NoneOrRaise(readline::ReadInitFile(path));
}

PyObject* GetLineBuffer(PyObject* /*module*/, PyObject* /*unused*/) {
  return TextOf(readline::GetLineBuffer()).Release();
}

PyObject* InsertText(PyObject* /*module*/, PyObject* object) {
  const std::optional<std::string> text = BytesOf(object);
  if (!text.has_value()) return nullptr;
  readline::InsertText(*text);
  Py_RETURN_NONE;
}

PyObject* Redisplay(PyObject* /*module*/, PyObject* /*unused*/) {
  readline::Redisplay();
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"set_startup_hook", SetStartupHook, METH_VARARGS, nullptr},
    {"set_pre_input_hook", SetPreInputHook, METH_VARARGS, nullptr},
    {"parse_and_bind", ParseAndBind, METH_O, nullptr},
    {"read_init_file", ReadInitFile, METH_VARARGS, nullptr},
    {"get_line_buffer", GetLineBuffer, METH_NOARGS, nullptr},
    {"insert_text", InsertText, METH_O, nullptr},
    {"redisplay", Redisplay, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool AddLine(PyObject* module) {
  PyOS_ReadlineFunctionPointer = ReadLine;
  return PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace someos::python
