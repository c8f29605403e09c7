// A module with the classes of Python's threading, made of someos::threading, and the functions of
// its _thread: an extension module for CPython 3.

#include "someos/testing/python/binding/threading/threading_module.h"

// Python.h comes first.
#include <utility>

#include "absl/functional/any_invocable.h"
#include "someos/api/thread.h"

namespace someos::python {
namespace {

// Calls a Python function in a thread of ours; what it raises is reported as Python's threads do,
// SystemExit is not.
void CallInThread(Ref& function, Ref& positional, Ref& named) {
  const PyGILState_STATE state = PyGILState_Ensure();
  if (!Ref::Owning(PyObject_Call(function.get(), positional.get(), named.get()))) {
    if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
      PyErr_Clear();
    } else {
      PyErr_WriteUnraisable(function.get());
    }
  }
  function = Ref();
  positional = Ref();
  named = Ref();
  PyGILState_Release(state);
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
  if (ident.ok()) return PyLong_FromUnsignedLongLong(*ident);
  delete call;
  return RaiseThreading(ident.status());
}

PyObject* GetIdent(PyObject* /*module*/, PyObject* /*unused*/) {
  return PyLong_FromUnsignedLongLong(thread::GetIdent());
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
}  // namespace someos::python

PyMODINIT_FUNC PyInit_someos_threading() {
  namespace python = someos::python;
  return python::MakeModule(python::definition,
                            {python::AddLocks, python::AddCondition, python::AddSemaphores,
                             python::AddEvent, python::AddBarrier});
}
