// A module with the classes of Python's threading, made of someos::threading, and the functions of
// its _thread: an extension module for CPython 3.

#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include <csignal>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "someos/testing/python/binding/threading/foreign_ref.h"

namespace someos::python {
namespace {

// Calls a Python function in a thread of ours; what it raises is reported as Python's threads do,
// SystemExit is not. KeyboardInterrupt, which only the main thread raises, leaves the function that
// has started a dummy.
void CallInThread(Ref& function, Ref& positional, Ref& named) {
  const RunningPython running;
  if (!Ref::Owning(PyObject_Call(function.get(), positional.get(), named.get()))) {
    if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
      PyErr_Clear();
    } else if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
      PyErr_WriteUnraisable(function.get());
    }
  }
  function = Ref();
  positional = Ref();
  named = Ref();
}

PyObject* StartNewThread(PyObject* /*module*/, PyObject* arguments) {
  PyObject* function = nullptr;
  PyObject* positional = nullptr;
  PyObject* named = nullptr;
  if (!PyArg_UnpackTuple(arguments, "start_new_thread", 2, 3, &function, &positional, &named)) {
    return nullptr;
  }
  if (!PyCallable_Check(function) || !PyTuple_Check(positional)) {
    PyErr_SetString(PyExc_TypeError, PyCallable_Check(function) ? "2nd arg must be a tuple"
                                                                : "first arg must be callable");
    return nullptr;
  }
  struct Call {
    Ref function;
    Ref positional;
    Ref named;
  };
  auto* const call =
      new Call{Ref::Sharing(function), Ref::Sharing(positional), Ref::Sharing(named)};
  const auto ident = thread::StartNewThread([call] {
    CallInThread(call->function, call->positional, call->named);
    delete call;
  });
  if (PyErr_Occurred()) return nullptr;
  if (ident.ok()) return PyLong_FromUnsignedLongLong(*ident);
  delete call;
  return RaiseThreading(ident.status());
}

PyObject* GetIdent(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromUnsignedLongLong(thread::GetIdent());
}

PyObject* GetNativeId(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromLongLong(thread::GetNativeId());
}

PyObject* ActiveCount(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromSize_t(threading::ActiveCount());
}

PyObject* InterruptMain(PyObject* /*module*/, PyObject* arguments) {
  int signum = SIGINT;
  if (!PyArg_ParseTuple(arguments, "|i", &signum)) return nullptr;
  return NoneOrRaise(thread::InterruptMain(signum));
}

PyObject* StackSize(PyObject* /*module*/, PyObject* arguments) {
  long long size = -2;
  if (!PyArg_ParseTuple(arguments, "|L", &size)) return nullptr;
  const auto before = size == -2 ? thread::StackSize() : thread::StackSize(size);
  if (!before.ok()) return RaiseThreading(before.status());
  return PyLong_FromLongLong(static_cast<long long>(*before));
}

PyMethodDef functions[] = {
    {"start_new_thread", StartNewThread, METH_VARARGS, nullptr},
    {"get_ident", GetIdent, METH_NOARGS, nullptr},
    {"get_native_id", GetNativeId, METH_NOARGS, nullptr},
    {"interrupt_main", InterruptMain, METH_VARARGS, nullptr},
    {"active_count", ActiveCount, METH_NOARGS, nullptr},
    {"current_thread", CurrentThread, METH_NOARGS, nullptr},
    {"main_thread", MainThread, METH_NOARGS, nullptr},
    {"enumerate", Enumerate, METH_NOARGS, nullptr},
    {"set_except_hook", SetExceptHook, METH_O, nullptr},
    {"stack_size", StackSize, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "someos_threading",
    "Python's threading over someos.",
    -1,
    functions,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace

// In whole seconds, since a float has no room for its nanoseconds.
bool AddTimeoutMax(PyObject* module) {
  const auto seconds = static_cast<double>(absl::ToInt64Seconds(threading::kTimeoutMax));
  return PyModule_AddObject(module, "TIMEOUT_MAX", PyFloat_FromDouble(seconds)) == 0;
}

}  // namespace someos::python

PyMODINIT_FUNC PyInit_someos_threading() {
  namespace python = someos::python;
  return python::MakeModule(
      python::definition,
      {python::AddLocks, python::AddCondition, python::AddSemaphores, python::AddEvent,
       python::AddBarrier, python::AddThreads, python::AddLocal, python::AddTimeoutMax});
}
