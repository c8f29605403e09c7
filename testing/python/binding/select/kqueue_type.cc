// select.kqueue and select.kevent.

#include "someos/testing/python/binding/select/descriptor_object.h"
#include "someos/testing/python/binding/select/select_module.h"

// Python.h comes first.
#include <climits>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "someos/api/select.h"

#if SOMEOS_LINKS_KQUEUE

namespace someos::python {
namespace {

using select::Kevent;

struct KeventObject {
  PyObject_HEAD Kevent event;  // trivially destructible
};
static_assert(std::is_trivially_destructible_v<Kevent>);

constexpr char kKqueue[] = "kqueue";
using KqueueObject = DescriptorObject<select::Kqueue, kKqueue>;

PyTypeObject* kevent_type = nullptr;

Kevent& EventOf(PyObject* self) { return reinterpret_cast<KeventObject*>(self)->event; }

// Whatever fits the type's bits is accepted; a negative number stands for the highest ones.
template <typename Field>
bool SetField(PyObject* value, Field& field) {
  const unsigned long long bits = PyLong_AsUnsignedLongLongMask(value);
  if (PyErr_Occurred()) return false;
  field = static_cast<Field>(bits);
  return true;
}

bool SetIdent(PyObject* value, Kevent& event) {
  if (PyLong_Check(value)) {
    const size_t ident = PyLong_AsSize_t(value);
    if (PyErr_Occurred()) return false;
    event.ident = ident;
    return true;
  }
  const int fd = PyObject_AsFileDescriptor(value);
  if (fd < 0) return false;
  event.ident = static_cast<select::KqIdent>(fd);
  return true;
}

bool SetFilter(PyObject* value, Kevent& event) {
  const long filter = PyLong_AsLong(value);
  if (PyErr_Occurred()) return false;
  event.filter = static_cast<select::KqFilter>(filter);
  if (static_cast<long>(event.filter) == filter) return true;
  PyErr_SetString(PyExc_OverflowError, "filter is out of range");
  return false;
}

bool SetData(PyObject* value, Kevent& event) {
  const long long data = PyLong_AsLongLong(value);
  if (PyErr_Occurred()) return false;
  event.data = static_cast<select::KqData>(data);
  if (static_cast<long long>(event.data) == data) return true;
  PyErr_SetString(PyExc_OverflowError, "data is out of range");
  return false;
}

// The attributes, by their position in kevent()'s arguments.
enum Attribute : intptr_t { kIdent, kFilter, kFlags, kFflags, kData, kUdata, kAttributes };

bool SetAttribute(Attribute attribute, PyObject* value, Kevent& event) {
  switch (attribute) {
    case kIdent:
      return SetIdent(value, event);
    case kFilter:
      return SetFilter(value, event);
    case kFlags:
      return SetField(value, event.flags);
    case kFflags:
      return SetField(value, event.fflags);
    case kData:
      return SetData(value, event);
    default:
      return SetField(value, event.udata);
  }
}

PyObject* GetAttribute(PyObject* self, void* closure) {
  const Kevent& event = EventOf(self);
  switch (reinterpret_cast<intptr_t>(closure)) {
    case kIdent:
      return PyLong_FromUnsignedLongLong(event.ident);
    case kFilter:
      return PyLong_FromLongLong(event.filter);
    case kFlags:
      return PyLong_FromUnsignedLongLong(event.flags);
    case kFflags:
      return PyLong_FromUnsignedLongLong(event.fflags);
    case kData:
      return PyLong_FromLongLong(event.data);
    default:
      return PyLong_FromUnsignedLongLong(event.udata);
  }
}

int AssignAttribute(PyObject* self, PyObject* value, void* closure) {
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "can't delete numeric/char attribute");
    return -1;
  }
  const auto attribute = static_cast<Attribute>(reinterpret_cast<intptr_t>(closure));
  return SetAttribute(attribute, value, EventOf(self)) ? 0 : -1;
}

PyObject* NewEventOf(PyTypeObject* type, const Kevent& event) {
  PyObject* const self = PyType_GenericAlloc(type, 0);
  if (self != nullptr) EventOf(self) = event;
  return self;
}

PyObject* NewKevent(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"ident", "filter", "flags", "fflags", "data", "udata", nullptr};
  PyObject* values[kAttributes] = {};
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O|OOOOO:kevent", const_cast<char**>(names),
                                   &values[kIdent], &values[kFilter], &values[kFlags],
                                   &values[kFflags], &values[kData], &values[kUdata])) {
    return nullptr;
  }
  Kevent event(0);  // with the defaults
  for (int attribute = 0; attribute < kAttributes; ++attribute) {
    if (values[attribute] == nullptr) continue;
    if (!SetAttribute(static_cast<Attribute>(attribute), values[attribute], event)) return nullptr;
  }
  return NewEventOf(type, event);
}

PyObject* CompareKevents(PyObject* self, PyObject* other, int operation) {
  if (!PyObject_TypeCheck(other, kevent_type)) Py_RETURN_NOTIMPLEMENTED;
  const Kevent& a = EventOf(self);
  const Kevent& b = EventOf(other);
  switch (operation) {
    case Py_LT:
      return PyBool_FromLong(a < b);
    case Py_LE:
      return PyBool_FromLong(a <= b);
    case Py_EQ:
      return PyBool_FromLong(a == b);
    case Py_NE:
      return PyBool_FromLong(a != b);
    case Py_GT:
      return PyBool_FromLong(a > b);
    default:
      return PyBool_FromLong(a >= b);
  }
}

PyObject* ReprKevent(PyObject* self) {
  return PyUnicode_FromString(EventOf(self).ToString().c_str());
}

PyGetSetDef kevent_attributes[] = {
    {"ident", GetAttribute, AssignAttribute, nullptr, reinterpret_cast<void*>(kIdent)},
    {"filter", GetAttribute, AssignAttribute, nullptr, reinterpret_cast<void*>(kFilter)},
    {"flags", GetAttribute, AssignAttribute, nullptr, reinterpret_cast<void*>(kFlags)},
    {"fflags", GetAttribute, AssignAttribute, nullptr, reinterpret_cast<void*>(kFflags)},
    {"data", GetAttribute, AssignAttribute, nullptr, reinterpret_cast<void*>(kData)},
    {"udata", GetAttribute, AssignAttribute, nullptr, reinterpret_cast<void*>(kUdata)},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot kevent_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(NewKevent)},
    {Py_tp_repr, reinterpret_cast<void*>(ReprKevent)},
    {Py_tp_richcompare, reinterpret_cast<void*>(CompareKevents)},
    {Py_tp_getset, kevent_attributes},
    {0, nullptr},
};

PyType_Spec kevent_spec = {"select.kevent", sizeof(KeventObject), 0, Py_TPFLAGS_DEFAULT,
                           kevent_slots};

PyObject* NewKqueue(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  if (PyTuple_GET_SIZE(arguments) != 0 || (keywords != nullptr && PyDict_Size(keywords) != 0)) {
    PyErr_SetString(PyExc_TypeError, "select.kqueue() takes no arguments");
    return nullptr;
  }
  return KqueueObject::Wrap(type, select::Kqueue::Create());
}

bool ReadChanges(PyObject* list, std::vector<Kevent>& changes) {
  if (list == Py_None) return true;
  const Ref sequence = Ref::Owning(PySequence_Fast(list, "changelist is not iterable"));
  if (!sequence) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence.get()); ++i) {
    PyObject* const change = PySequence_Fast_GET_ITEM(sequence.get(), i);
    if (!PyObject_TypeCheck(change, kevent_type)) {
      PyErr_SetString(PyExc_TypeError, "changelist must be an iterable of select.kevent objects");
      return false;
    }
    changes.push_back(EventOf(change));
  }
  return true;
}

PyObject* Control(PyObject* self, PyObject* arguments) {
  PyObject* changelist = nullptr;
  PyObject* timeout_object = nullptr;
  int maxevents = 0;
  if (!PyArg_ParseTuple(arguments, "Oi|O:control", &changelist, &maxevents, &timeout_object)) {
    return nullptr;
  }
  select::Kqueue& queue = KqueueObject::Of(self);
  if (queue.closed()) return KqueueObject::RaiseClosed();
  if (maxevents < 0) {
    return PyErr_Format(PyExc_ValueError, "Length of eventlist must be 0 or positive, got %d",
                        maxevents);
  }
  const absl::StatusOr<Timeout> timeout = TimeoutOf(timeout_object, select::KqueueTimeout);
  if (!timeout.ok()) return Raise(timeout.status());
  std::vector<Kevent> changes;
  if (!ReadChanges(changelist, changes)) return nullptr;
  const auto events = WaitWithHandlers(*timeout, [&](Timeout left) {
    auto result = queue.Control(changes, maxevents, left, select::OnSignal::kReturn);
    changes.clear();  // after EINTR they have been applied
    return result;
  });
  if (!events.ok()) return Raise(events.status());
  Ref list = Ref::Owning(PyList_New(static_cast<Py_ssize_t>(events->size())));
  if (!list) return nullptr;
  Py_ssize_t index = 0;
  for (const Kevent& event : *events) {
    PyObject* const object = NewEventOf(kevent_type, event);
    if (object == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), index++, object);
  }
  return list.Release();
}

PyMethodDef kqueue_methods[] = {
    {"fromfd", KqueueObject::FromFd, METH_O | METH_CLASS, "fromfd(fd)"},
    {"close", KqueueObject::Close, METH_NOARGS, "close()"},
    {"fileno", KqueueObject::Fileno, METH_NOARGS, "fileno()"},
    {"control", Control, METH_VARARGS, "control(changelist, max_events[, timeout])"},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef kqueue_attributes[] = {
    {"closed", KqueueObject::Closed, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot kqueue_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(NewKqueue)},
    {Py_tp_dealloc, reinterpret_cast<void*>(KqueueObject::Delete)},
    {Py_tp_methods, kqueue_methods},
    {Py_tp_getset, kqueue_attributes},
    {0, nullptr},
};

PyType_Spec kqueue_spec = {"select.kqueue", sizeof(KqueueObject), 0, Py_TPFLAGS_DEFAULT,
                           kqueue_slots};

}  // namespace

bool AddKqueue(PyObject* module) {
  kevent_type = AddType(module, kevent_spec, "kevent");
  return kevent_type != nullptr && AddType(module, kqueue_spec, "kqueue") != nullptr;
}

}  // namespace someos::python

#else

bool someos::python::AddKqueue(PyObject* /*module*/) { return true; }

#endif
