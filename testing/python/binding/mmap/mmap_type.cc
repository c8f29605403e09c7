// mmap.mmap: how it is made and destroyed, and its buffers.

#include "someos/testing/python/binding/mmap/mmap_type.h"

// Python.h comes first.
#include <structmember.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace someos::python {
namespace {

PyObject* New(PyTypeObject* type, PyObject* positional, PyObject* named) {
  static const char* const kNames[] = {"fileno", "length", "flags",   "prot",
                                       "access", "offset", "trackfd", nullptr};
  int fileno = -1;
  Py_ssize_t length = 0;
  mmap::MmapArguments arguments;
  long long offset = 0;
  int trackfd = 1;
  if (!PyArg_ParseTupleAndKeywords(positional, named, "in|iiiL$p", const_cast<char**>(kNames),
                                   &fileno, &length, &arguments.flags, &arguments.prot,
                                   &arguments.access, &offset, &trackfd)) {
    return nullptr;
  }
  arguments.offset = offset;
  arguments.trackfd = trackfd != 0;
  absl::StatusOr<mmap::Mmap> map = mmap::Mmap::Create(fileno, length, arguments);
  if (!map.ok()) return Raise(map.status());
  auto* const self = reinterpret_cast<MmapObject*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  self->map = std::make_unique<mmap::Mmap>(*std::move(map)).release();
  return reinterpret_cast<PyObject*>(self);
}

void Delete(PyObject* self) {
  auto* const object = reinterpret_cast<MmapObject*>(self);
  if (object->weak_references != nullptr) PyObject_ClearWeakRefs(self);
  delete object->map;
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* Repr(PyObject* self) { return PyUnicode_FromString(MmapOf(self).ToString().c_str()); }

PyObject* Closed(PyObject* self, void* /*unused*/) {
  return PyBool_FromLong(MmapOf(self).closed() ? 1 : 0);
}

int GetBuffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  absl::StatusOr<mmap::Mmap::Buffer> buffer = MmapOf(self).GetBuffer();
  if (!buffer.ok()) {
    Raise(buffer.status());
    return -1;
  }
  const absl::string_view bytes = buffer->view();
  if (PyBuffer_FillInfo(view, self, const_cast<char*>(bytes.data()),
                        static_cast<Py_ssize_t>(bytes.size()), buffer->writable() ? 0 : 1,
                        flags) != 0) {
    return -1;
  }
  view->internal = std::make_unique<mmap::Mmap::Buffer>(*std::move(buffer)).release();
  return 0;
}

void ReleaseBuffer(PyObject* /*self*/, Py_buffer* view) {
  delete static_cast<mmap::Mmap::Buffer*>(view->internal);
}

PyGetSetDef properties[] = {
    {"closed", Closed, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(MmapObject, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(New)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Delete)},
    {Py_tp_repr, reinterpret_cast<void*>(Repr)},
    {Py_tp_methods, mmap_methods},
    {Py_tp_getset, properties},
    {Py_tp_members, members},
    {Py_mp_length, reinterpret_cast<void*>(MmapLength)},
    {Py_mp_subscript, reinterpret_cast<void*>(MmapSubscript)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(MmapAssignSubscript)},
    {Py_sq_length, reinterpret_cast<void*>(MmapLength)},
    {Py_sq_item, reinterpret_cast<void*>(MmapSequenceItem)},
    {Py_bf_getbuffer, reinterpret_cast<void*>(GetBuffer)},
    {Py_bf_releasebuffer, reinterpret_cast<void*>(ReleaseBuffer)},
    {0, nullptr},
};

PyType_Spec spec = {"mmap.mmap", sizeof(MmapObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                    slots};

}  // namespace

PyObject* BytesOrRaise(const absl::StatusOr<std::string>& bytes) {
  if (!bytes.ok()) return Raise(bytes.status());
  return PyBytes_FromStringAndSize(bytes->data(), static_cast<Py_ssize_t>(bytes->size()));
}

bool AddMmap(PyObject* module) { return AddType(module, spec, "mmap") != nullptr; }

}  // namespace someos::python
