// What select.epoll and select.kqueue have in common: each object of Python owns a descriptor.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_SELECT_DESCRIPTOR_OBJECT_H_
#define SOMEOS_TESTING_PYTHON_BINDING_SELECT_DESCRIPTOR_OBJECT_H_

#include "someos/testing/python/binding/python_object.h"

// Python.h comes first.
#include <memory>
#include <utility>

#include "absl/status/statusor.h"

namespace someos::python {

// An object of Python that owns an `Object` of this library, and the functions for its type's
// slots. `kName` is the type's name in messages.
template <typename Object, const char* kName>
struct DescriptorObject {
  PyObject_HEAD Object* object;

  static Object& Of(PyObject* self) { return *reinterpret_cast<DescriptorObject*>(self)->object; }

  // Returns nullptr, for the caller to return.
  static PyObject* RaiseClosed() {
    return PyErr_Format(PyExc_ValueError, "I/O operation on closed %s object", kName);
  }

  static PyObject* Wrap(PyTypeObject* type, absl::StatusOr<Object> object) {
    if (!object.ok()) return Raise(object.status());
    PyObject* const self = PyType_GenericAlloc(type, 0);
    if (self == nullptr) return nullptr;
    reinterpret_cast<DescriptorObject*>(self)->object =
        std::make_unique<Object>(*std::move(object)).release();
    return self;
  }

  static PyObject* FromFd(PyObject* type, PyObject* number) {
    const int fd = static_cast<int>(PyLong_AsLong(number));
    if (fd == -1 && PyErr_Occurred()) return nullptr;
    return Wrap(reinterpret_cast<PyTypeObject*>(type),
                fd == -1 ? Object::Create() : Object::FromFd(fd));
  }

  static void Delete(PyObject* self) {
    delete reinterpret_cast<DescriptorObject*>(self)->object;
    PyTypeObject* const type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
  }

  static PyObject* Close(PyObject* self, PyObject* /*no arguments*/) {
    {
      const ReleasedLock released;
      Of(self).Close();
    }
    Py_RETURN_NONE;
  }

  static PyObject* Fileno(PyObject* self, PyObject* /*no arguments*/) {
    if (Of(self).closed()) return RaiseClosed();
    return PyLong_FromLong((Of(self).fileno)());
  }

  static PyObject* Closed(PyObject* self, void* /*closure*/) {
    return PyBool_FromLong(Of(self).closed());
  }
};

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_SELECT_DESCRIPTOR_OBJECT_H_
