// m[i], m[i:j:k], len(m), and iteration.

#include "someos/testing/python/binding/mmap/mmap_type.h"

// Python.h comes first.
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace someos::python {
namespace {

// The part of a slice that `object` is: None, or an index. False if an exception was raised.
bool Convert(PyObject* object, std::optional<int64_t>& part) {
  if (object == Py_None) return true;
  if (!PyIndex_Check(object)) {
    PyErr_SetString(PyExc_TypeError,
                    "slice indices must be integers or None or have an __index__ method");
    return false;
  }
  part = PyNumber_AsSsize_t(object, nullptr);  // clamps
  return PyErr_Occurred() == nullptr;
}

bool Convert(PyObject* object, mmap::Slice& slice) {
  const auto* const parts = reinterpret_cast<PySliceObject*>(object);
  return Convert(parts->step, slice.step) && Convert(parts->start, slice.start) &&
         Convert(parts->stop, slice.stop);
}

bool Convert(PyObject* object, Py_ssize_t& index) {
  index = PyNumber_AsSsize_t(object, PyExc_IndexError);
  return PyErr_Occurred() == nullptr;
}

int ZeroOrRaise(const absl::Status& status) {
  if (status.ok()) return 0;
  Raise(status);
  return -1;
}

// A failed check of the object, before its key and value are looked at.
absl::Status WritableOr(mmap::Mmap& map) { return map.SetItems({0, 0, 1}, ""); }

int AssignItem(mmap::Mmap& map, PyObject* key, PyObject* value) {
  Py_ssize_t index = 0;
  if (!Convert(key, index)) return -1;
  if (value == nullptr || !PyIndex_Check(value)) {
    // The index is checked first.
    if (const auto item = map.Item(index); !item.ok()) return ZeroOrRaise(item.status());
    PyErr_SetString(PyExc_TypeError, value == nullptr ? "mmap doesn't support item deletion"
                                                      : "mmap item value must be an int");
    return -1;
  }
  const Py_ssize_t byte = PyNumber_AsSsize_t(value, PyExc_TypeError);
  if (byte == -1 && PyErr_Occurred()) return -1;
  return ZeroOrRaise(map.SetItem(index, byte));
}

int AssignSlice(mmap::Mmap& map, PyObject* key, PyObject* value) {
  mmap::Slice slice;
  if (!Convert(key, slice)) return -1;
  if (value == nullptr) {
    PyErr_SetString(PyExc_TypeError, "mmap object doesn't support slice deletion");
    return -1;
  }
  Py_buffer bytes;
  if (PyObject_GetBuffer(value, &bytes, PyBUF_SIMPLE) != 0) return -1;
  const absl::Status status = map.SetItems(
      slice,
      absl::string_view(static_cast<const char*>(bytes.buf), static_cast<size_t>(bytes.len)));
  PyBuffer_Release(&bytes);
  return ZeroOrRaise(status);
}

}  // namespace

Py_ssize_t MmapLength(PyObject* self) {
  const absl::StatusOr<int64_t> length = MmapOf(self).Length();
  if (length.ok()) return static_cast<Py_ssize_t>(*length);
  Raise(length.status());
  return -1;
}

PyObject* MmapSubscript(PyObject* self, PyObject* key) {
  mmap::Mmap& map = MmapOf(self);
  if (const auto length = map.Length(); !length.ok()) return Raise(length.status());
  if (PySlice_Check(key)) {
    mmap::Slice slice;
    return Convert(key, slice) ? BytesOrRaise(map.Items(slice)) : nullptr;
  }
  if (!PyIndex_Check(key)) {
    PyErr_SetString(PyExc_TypeError, "mmap indices must be integers");
    return nullptr;
  }
  Py_ssize_t index = 0;
  return Convert(key, index) ? IntOrRaise(map.Item(index)) : nullptr;
}

int MmapAssignSubscript(PyObject* self, PyObject* key, PyObject* value) {
  mmap::Mmap& map = MmapOf(self);
  if (const absl::Status status = WritableOr(map); !status.ok()) return ZeroOrRaise(status);
  if (PySlice_Check(key)) return AssignSlice(map, key, value);
  if (PyIndex_Check(key)) return AssignItem(map, key, value);
  PyErr_SetString(PyExc_TypeError, "mmap indices must be integer");
  return -1;
}

// An item as iteration gives it: bytes of length 1.
PyObject* MmapSequenceItem(PyObject* self, Py_ssize_t index) {
  const absl::StatusOr<uint8_t> item = MmapOf(self).Item(index);
  if (!item.ok()) return Raise(item.status());
  return BytesOrRaise(std::string(1, static_cast<char>(*item)));
}

}  // namespace someos::python
