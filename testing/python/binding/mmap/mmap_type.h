// The type mmap.mmap.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_MMAP_MMAP_TYPE_H_
#define SOMEOS_TESTING_PYTHON_BINDING_MMAP_MMAP_TYPE_H_

#include "someos/testing/python/binding/python_object.h"

// Python.h comes first.
#include "someos/api/mmap.h"

namespace someos::python {

struct MmapObject {
  PyObject_HEAD mmap::Mmap* map;
  PyObject* weak_references;
};

inline mmap::Mmap& MmapOf(PyObject* self) { return *reinterpret_cast<MmapObject*>(self)->map; }

// bytes, or the exception.
PyObject* BytesOrRaise(const absl::StatusOr<std::string>& bytes);
// An int, or the exception.
template <typename Int>
PyObject* IntOrRaise(const absl::StatusOr<Int>& number) {
  return number.ok() ? PyLong_FromLongLong(*number) : Raise(number.status());
}

// The parts of the type: its methods with names, and what operators and built-in functions call.
extern PyMethodDef mmap_methods[];
Py_ssize_t MmapLength(PyObject* self);
PyObject* MmapSubscript(PyObject* self, PyObject* key);
int MmapAssignSubscript(PyObject* self, PyObject* key, PyObject* value);
PyObject* MmapSequenceItem(PyObject* self, Py_ssize_t index);

bool AddMmap(PyObject* module);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_MMAP_MMAP_TYPE_H_
