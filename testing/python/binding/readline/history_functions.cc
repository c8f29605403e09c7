// The history and its files.

#include <optional>
#include <string>

#include "someos/api/readline.h"
#include "someos/testing/python/binding/readline/readline_module.h"

namespace someos::python {
namespace {

PyObject* ReadHistoryFile(PyObject* /*module*/, PyObject* arguments) {
  PyObject* object = nullptr;
  std::optional<std::string> path;
  if (!PyArg_ParseTuple(arguments, "|O", &object) || !ParsePath(object, path)) return nullptr;
  return NoneOrRaise(readline::ReadHistoryFile(path));
}

PyObject* WriteHistoryFile(PyObject* /*module*/, PyObject* arguments) {
  PyObject* object = nullptr;
  std::optional<std::string> path;
  if (!PyArg_ParseTuple(arguments, "|O", &object) || !ParsePath(object, path)) return nullptr;
  return NoneOrRaise(readline::WriteHistoryFile(path));
}

PyObject* AppendHistoryFile(PyObject* /*module*/, PyObject* arguments) {
  int count = 0;
  PyObject* object = nullptr;
  std::optional<std::string> path;
  if (!PyArg_ParseTuple(arguments, "i|O", &count, &object) || !ParsePath(object, path)) {
    return nullptr;
  }
  return NoneOrRaise(readline::AppendHistoryFile(count, path));
}

PyObject* GetHistoryLength(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromLong(readline::GetHistoryLength());
}

PyObject* SetHistoryLength(PyObject* /*module*/, PyObject* arguments) {
  int length = 0;
  if (!PyArg_ParseTuple(arguments, "i", &length)) return nullptr;
  readline::SetHistoryLength(length);
  Py_RETURN_NONE;
}

PyObject* GetCurrentHistoryLength(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromLong(readline::GetCurrentHistoryLength());
}

PyObject* GetHistoryItem(PyObject* /*module*/, PyObject* arguments) {
  int index = 0;
  if (!PyArg_ParseTuple(arguments, "i", &index)) return nullptr;
  const std::optional<std::string> item = readline::GetHistoryItem(index);
  if (!item.has_value()) Py_RETURN_NONE;
  return TextOf(*item).Release();
}

PyObject* RemoveHistoryItem(PyObject* /*module*/, PyObject* arguments) {
  int position = 0;
  if (!PyArg_ParseTuple(arguments, "i", &position)) return nullptr;
  return NoneOrRaise(readline::RemoveHistoryItem(position));
}

PyObject* ReplaceHistoryItem(PyObject* /*module*/, PyObject* arguments) {
  int position = 0;
  PyObject* text = nullptr;
  if (!PyArg_ParseTuple(arguments, "iU", &position, &text)) return nullptr;
  const std::optional<std::string> line = BytesOf(text);
  return line.has_value() ? NoneOrRaise(readline::ReplaceHistoryItem(position, *line)) : nullptr;
}

PyObject* AddHistoryLine(PyObject* /*module*/, PyObject* text) {
  const std::optional<std::string> line = BytesOf(text);
  return line.has_value() ? NoneOrRaise(readline::AddHistory(*line)) : nullptr;
}

PyObject* ClearHistory(PyObject* /*module*/, PyObject* /*unused*/) {
  readline::ClearHistory();
  Py_RETURN_NONE;
}

PyObject* SetAutoHistory(PyObject* /*module*/, PyObject* arguments) {
  int enabled = 0;
  if (!PyArg_ParseTuple(arguments, "p", &enabled)) return nullptr;
  readline::SetAutoHistory(enabled != 0);
  Py_RETURN_NONE;
}

PyMethodDef functions[] = {
    {"read_history_file", ReadHistoryFile, METH_VARARGS, nullptr},
    {"write_history_file", WriteHistoryFile, METH_VARARGS, nullptr},
    {"append_history_file", AppendHistoryFile, METH_VARARGS, nullptr},
    {"get_history_length", GetHistoryLength, METH_NOARGS, nullptr},
    {"set_history_length", SetHistoryLength, METH_VARARGS, nullptr},
    {"get_current_history_length", GetCurrentHistoryLength, METH_NOARGS, nullptr},
    {"get_history_item", GetHistoryItem, METH_VARARGS, nullptr},
    {"remove_history_item", RemoveHistoryItem, METH_VARARGS, nullptr},
    {"replace_history_item", ReplaceHistoryItem, METH_VARARGS, nullptr},
    {"add_history", AddHistoryLine, METH_O, nullptr},
    {"clear_history", ClearHistory, METH_NOARGS, nullptr},
    {"set_auto_history", SetAutoHistory, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool AddHistory(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace someos::python
