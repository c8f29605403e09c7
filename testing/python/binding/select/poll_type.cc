// select.poll().

#include "someos/testing/python/binding/select/select_module.h"

// Python.h comes first.
#include <limits>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "someos/api/python_error.h"
#include "someos/api/select.h"

namespace someos::python {
namespace {

struct PollObject {
  PyObject_HEAD select::Poll* poll;
  bool polling;  // also between two system calls of poll()
};

PyTypeObject* poll_type = nullptr;

select::Poll& PollOf(PyObject* self) { return *reinterpret_cast<PollObject*>(self)->poll; }

// What Register checks once more, as far as an int64_t goes.
absl::StatusOr<int64_t> MaskOf(PyObject* object) {
  const absl::StatusOr<int64_t> mask = ClampedInt(object);
  if (mask.ok() && *mask == std::numeric_limits<int64_t>::max()) {
    return PlainStatus(absl::StatusCode::kOutOfRange,
                       "Python int too large to convert to C unsigned long");
  }
  return mask;
}

PyObject* Register(PyObject* self, PyObject* arguments) {
  PyObject* file = nullptr;
  PyObject* mask_object = nullptr;
  if (!PyArg_UnpackTuple(arguments, "register", 1, 2, &file, &mask_object)) return nullptr;
  const absl::StatusOr<int> fd = PythonFile{file}.fileno();
  if (!fd.ok()) return Raise(fd.status());
  if (mask_object == nullptr) return NoneOrRaise(PollOf(self).Register(*fd));
  const absl::StatusOr<int64_t> mask = MaskOf(mask_object);
  return NoneOrRaise(mask.ok() ? PollOf(self).Register(*fd, *mask) : mask.status());
}

PyObject* Modify(PyObject* self, PyObject* arguments) {
  PyObject* file = nullptr;
  PyObject* mask_object = nullptr;
  if (!PyArg_UnpackTuple(arguments, "modify", 2, 2, &file, &mask_object)) return nullptr;
  const absl::StatusOr<int> fd = PythonFile{file}.fileno();
  if (!fd.ok()) return Raise(fd.status());
  const absl::StatusOr<int64_t> mask = MaskOf(mask_object);
  return NoneOrRaise(mask.ok() ? PollOf(self).Modify(*fd, *mask) : mask.status());
}

PyObject* Unregister(PyObject* self, PyObject* file) {
  const absl::StatusOr<int> fd = PythonFile{file}.fileno();
  if (!fd.ok()) return Raise(fd.status());
  const absl::Status status = PollOf(self).Unregister(*fd);
  if (!status.ok() && PythonErrorOf(status) == PythonError::kKeyError) {
    PyErr_SetObject(PyExc_KeyError, Ref::Owning(PyLong_FromLong(*fd)).get());
  }
  return NoneOrRaise(status);
}

PyObject* Wait(PyObject* self, PyObject* arguments) {
  PyObject* timeout_object = nullptr;
  if (!PyArg_UnpackTuple(arguments, "poll", 0, 1, &timeout_object)) return nullptr;
  const absl::StatusOr<Timeout> timeout = TimeoutOf(timeout_object, select::PollTimeout);
  if (!timeout.ok()) return Raise(timeout.status());
  bool& polling = reinterpret_cast<PollObject*>(self)->polling;
  if (polling) {
    PyErr_SetString(PyExc_RuntimeError, "concurrent poll() invocation");
    return nullptr;
  }
  polling = true;
  const absl::Cleanup done = [&polling] { polling = false; };
  select::Poll& poll = PollOf(self);
  const auto events = WaitWithHandlers(
      *timeout, [&poll](Timeout left) { return poll.Wait(left, select::OnSignal::kReturn); });
  return events.ok() ? ListOfPairs(*events) : Raise(events.status());
}

void Delete(PyObject* self) {
  delete reinterpret_cast<PollObject*>(self)->poll;
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_Free(self);
  Py_DECREF(type);
}

PyMethodDef methods[] = {
    {"register", Register, METH_VARARGS, "register(fd[, eventmask])"},
    {"modify", Modify, METH_VARARGS, "modify(fd, eventmask)"},
    {"unregister", Unregister, METH_O, "unregister(fd)"},
    {"poll", Wait, METH_VARARGS, "poll([timeout in milliseconds])"},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete)},
    {Py_tp_methods, methods},
    {0, nullptr},
};

PyType_Spec spec = {"select.poll", sizeof(PollObject), 0, Py_TPFLAGS_DEFAULT, slots};

PyObject* New(PyObject* /*module*/, PyObject* /*no arguments*/) {
  auto* const self = PyObject_New(PollObject, poll_type);
  if (self == nullptr) return nullptr;
  self->poll = std::make_unique<select::Poll>().release();
  self->polling = false;
  return reinterpret_cast<PyObject*>(self);
}

PyMethodDef functions[] = {
    {"poll", New, METH_NOARGS, "poll()"},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool AddPoll(PyObject* module) {
  poll_type = AddType(module, spec, nullptr);
  if (poll_type == nullptr) return false;
  poll_type->tp_new = nullptr;  // poll() makes them
  return PyModule_AddFunctions(module, functions) == 0;
}

}  // namespace someos::python
