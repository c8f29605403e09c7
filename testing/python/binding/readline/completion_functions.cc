// Completion.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/readline.h"
#include "someos/testing/python/binding/readline/readline_module.h"

namespace someos::python {
namespace {

Callback& TheCompleter() {
  static auto* const callback = new Callback;
  return *callback;
}

Callback& TheDisplay() {
  static auto* const callback = new Callback;
  return *callback;
}

std::optional<std::string> Complete(absl::string_view text, int state) {
  std::optional<std::string> match;
  TheCompleter().Call(
      [&] { return Ref::Owning(Py_BuildValue("(Ni)", TextOf(text).Release(), state)); },
      [&](PyObject* result) {
        if (result != Py_None) match = BytesOf(result);
      });
  return match;
}

Ref ListOf(absl::Span<const std::string> texts) {
  Ref list = Ref::Owning(PyList_New(static_cast<Py_ssize_t>(texts.size())));
  for (size_t i = 0; list && i < texts.size(); ++i) {
    Ref text = TextOf(texts[i]);
    if (!text) return Ref();
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), text.Release());
  }
  return list;
}

void Display(absl::string_view word, absl::Span<const std::string> matches, int longest) {
  TheDisplay().Call(
      [&] {
        return Ref::Owning(
            Py_BuildValue("(NNi)", TextOf(word).Release(), ListOf(matches).Release(), longest));
      },
      [](PyObject* /*result*/) {});
}

PyObject* SetCompleter(PyObject* /*module*/, PyObject* arguments) {
  if (!TheCompleter().Set("set_completer", arguments)) return nullptr;
  readline::SetCompleter(TheCompleter().is_set() ? Complete : readline::CompleterFunction());
  Py_RETURN_NONE;
}

PyObject* GetCompleter(PyObject* /*module*/, PyObject* /*unused*/) { return TheCompleter().Get(); }

PyObject* SetDisplay(PyObject* /*module*/, PyObject* arguments) {
  if (!TheDisplay().Set("set_completion_display_matches_hook", arguments)) return nullptr;
  readline::SetCompletionDisplayMatchesHook(TheDisplay().is_set() ? Display : MatchesDisplay());
  Py_RETURN_NONE;
}

PyObject* GetCompletionType(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromLong(readline::GetCompletionType());
}

// A place in the line in characters, as Python counts.
PyObject* Characters(int bytes) {
  const std::string line = readline::GetLineBuffer();
  const Ref text = TextOf(absl::string_view(line).substr(
      0, std::min(static_cast<size_t>(std::max(bytes, 0)), line.size())));
  return text ? PyLong_FromSsize_t(PyUnicode_GetLength(text.get())) : nullptr;
}

PyObject* GetBegidx(PyObject* /*module*/, PyObject* /*unused*/) {
  return Characters(readline::GetBegidx());
}

PyObject* GetEndidx(PyObject* /*module*/, PyObject* /*unused*/) {
  return Characters(readline::GetEndidx());
}

PyObject* SetDelimiters(PyObject* /*module*/, PyObject* text) {
  const std::optional<std::string> delimiters = BytesOf(text);
  if (!delimiters.has_value()) return nullptr;
  readline::SetCompleterDelims(*delimiters);
  Py_RETURN_NONE;
}

PyObject* GetDelimiters(PyObject* /*module*/, PyObject* /*unused*/) {
  return TextOf(readline::GetCompleterDelims()).Release();
}

PyMethodDef functions[] = {
    {"set_completer", SetCompleter, METH_VARARGS, nullptr},
    {"get_completer", GetCompleter, METH_NOARGS, nullptr},
    {"set_completion_display_matches_hook", SetDisplay, METH_VARARGS, nullptr},
    {"get_completion_type", GetCompletionType, METH_NOARGS, nullptr},
    {"get_begidx", GetBegidx, METH_NOARGS, nullptr},
    {"get_endidx", GetEndidx, METH_NOARGS, nullptr},
    {"set_completer_delims", SetDelimiters, METH_O, nullptr},
    {"get_completer_delims", GetDelimiters, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool AddCompletion(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace someos::python
