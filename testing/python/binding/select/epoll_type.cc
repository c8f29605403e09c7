// select.epoll.

#include "someos/testing/python/binding/select/descriptor_object.h"
#include "someos/testing/python/binding/select/select_module.h"

// Python.h comes first.
#include "someos/api/select.h"

#if SOMEOS_LINKS_EPOLL

namespace someos::python {
namespace {

constexpr char kEpoll[] = "epoll";
using EpollObject = DescriptorObject<select::Epoll, kEpoll>;

constexpr unsigned kDefaultMask = select::kEpollIn | select::kEpollPri | select::kEpollOut;

PyObject* New(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"sizehint", "flags", nullptr};
  int sizehint = -1;
  int flags = 0;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|ii:epoll", const_cast<char**>(names),
                                   &sizehint, &flags)) {
    return nullptr;
  }
  return EpollObject::Wrap(type, select::Epoll::Create(sizehint, flags));
}

// The arguments of register() and modify(). A mask is cut to 32 bits.
bool ParseChange(PyObject* arguments, PyObject* keywords, const char* format, PyObject** file,
                 unsigned* mask) {
  static const char* names[] = {"fd", "eventmask", nullptr};
  return PyArg_ParseTupleAndKeywords(arguments, keywords, format, const_cast<char**>(names), file,
                                     mask) != 0;
}

PyObject* Register(PyObject* self, PyObject* arguments, PyObject* keywords) {
  PyObject* file = nullptr;
  unsigned mask = kDefaultMask;
  if (!ParseChange(arguments, keywords, "O|I:register", &file, &mask)) return nullptr;
  return NoneOrRaise(EpollObject::Of(self).Register(PythonFile{file}, mask));
}

PyObject* Modify(PyObject* self, PyObject* arguments, PyObject* keywords) {
  PyObject* file = nullptr;
  unsigned mask = 0;
  if (!ParseChange(arguments, keywords, "OI:modify", &file, &mask)) return nullptr;
  return NoneOrRaise(EpollObject::Of(self).Modify(PythonFile{file}, mask));
}

PyObject* Unregister(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"fd", nullptr};
  PyObject* file = nullptr;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O:unregister", const_cast<char**>(names),
                                   &file)) {
    return nullptr;
  }
  return NoneOrRaise(EpollObject::Of(self).Unregister(PythonFile{file}));
}

PyObject* Poll(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"timeout", "maxevents", nullptr};
  PyObject* timeout_object = nullptr;
  int maxevents = -1;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|Oi:poll", const_cast<char**>(names),
                                   &timeout_object, &maxevents)) {
    return nullptr;
  }
  select::Epoll& epoll = EpollObject::Of(self);
  if (epoll.closed()) return EpollObject::RaiseClosed();
  const absl::StatusOr<Timeout> timeout = TimeoutOf(timeout_object, select::EpollTimeout);
  if (!timeout.ok()) return Raise(timeout.status());
  const auto events = WaitWithHandlers(*timeout, [&epoll, maxevents](Timeout left) {
    return epoll.Poll(left, maxevents, select::OnSignal::kReturn);
  });
  return events.ok() ? ListOfPairs(*events) : Raise(events.status());
}

PyObject* Enter(PyObject* self, PyObject* /*no arguments*/) {
  if (EpollObject::Of(self).closed()) return EpollObject::RaiseClosed();
  Py_INCREF(self);
  return self;
}

PyObject* Exit(PyObject* self, PyObject* /*arguments*/) {
  return PyObject_CallMethod(self, "close", nullptr);
}

PyMethodDef methods[] = {
    {"fromfd", EpollObject::FromFd, METH_O | METH_CLASS, "fromfd(fd)"},
    {"close", EpollObject::Close, METH_NOARGS, "close()"},
    {"fileno", EpollObject::Fileno, METH_NOARGS, "fileno()"},
    {"register", AsMethod(Register), METH_VARARGS | METH_KEYWORDS, "register(fd[, eventmask])"},
    {"modify", AsMethod(Modify), METH_VARARGS | METH_KEYWORDS, "modify(fd, eventmask)"},
    {"unregister", AsMethod(Unregister), METH_VARARGS | METH_KEYWORDS, "unregister(fd)"},
    {"poll", AsMethod(Poll), METH_VARARGS | METH_KEYWORDS, "poll(timeout=None, maxevents=-1)"},
    {"__enter__", Enter, METH_NOARGS, nullptr},
    {"__exit__", Exit, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef attributes[] = {
    {"closed", EpollObject::Closed, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(EpollObject::Delete)},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {0, nullptr},
};

PyType_Spec spec = {"select.epoll", sizeof(EpollObject), 0, Py_TPFLAGS_DEFAULT, slots};

}  // namespace

bool AddEpoll(PyObject* module) { return AddType(module, spec, "epoll") != nullptr; }

}  // namespace someos::python

#else

bool someos::python::AddEpoll(PyObject* /*module*/) { return true; }

#endif
