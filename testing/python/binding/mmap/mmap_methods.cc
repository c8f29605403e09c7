// The methods of mmap.mmap. Python converts the arguments, Mmap does all that follows.

#include "someos/testing/python/binding/mmap/mmap_type.h"

// Python.h comes first.
#include <cstdint>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/string_view.h"

namespace someos::python {
namespace {

// A Py_ssize_t, if there was one: what PyArg_ParseTuple leaves as it is was not given.
std::optional<int64_t> IfGiven(PyObject* arguments, Py_ssize_t place, Py_ssize_t value) {
  if (PyTuple_GET_SIZE(arguments) <= place) return std::nullopt;
  return value;
}

absl::string_view ViewOf(const Py_buffer& buffer) {
  return {static_cast<const char*>(buffer.buf), static_cast<size_t>(buffer.len)};
}

PyObject* Close(PyObject* self, PyObject* /*none*/) { return NoneOrRaise(MmapOf(self).Close()); }

// find and rfind.
PyObject* Search(PyObject* self, PyObject* arguments, const char* format,
                 decltype(&mmap::Mmap::Find) search) {
  Py_buffer bytes;
  Py_ssize_t start = 0;
  Py_ssize_t end = 0;
  if (!PyArg_ParseTuple(arguments, format, &bytes, &start, &end)) return nullptr;
  const absl::Cleanup release = [&bytes] { PyBuffer_Release(&bytes); };
  return IntOrRaise((MmapOf(self).*search)(ViewOf(bytes), IfGiven(arguments, 1, start),
                                           IfGiven(arguments, 2, end)));
}
PyObject* Find(PyObject* self, PyObject* arguments) {
  return Search(self, arguments, "y*|nn:find", &mmap::Mmap::Find);
}
PyObject* Rfind(PyObject* self, PyObject* arguments) {
  return Search(self, arguments, "y*|nn:rfind", &mmap::Mmap::Rfind);
}

PyObject* Flush(PyObject* self, PyObject* arguments) {
  Py_ssize_t offset = 0;
  Py_ssize_t size = 0;
  if (!PyArg_ParseTuple(arguments, "|nn:flush", &offset, &size)) return nullptr;
  return NoneOrRaise(MmapOf(self).Flush(offset, IfGiven(arguments, 1, size)));
}

PyObject* Madvise(PyObject* self, PyObject* arguments) {
  int advice = 0;
  Py_ssize_t start = 0;
  Py_ssize_t length = 0;
  if (!PyArg_ParseTuple(arguments, "i|nn:madvise", &advice, &start, &length)) return nullptr;
  return NoneOrRaise(MmapOf(self).Madvise(advice, start, IfGiven(arguments, 2, length)));
}

PyObject* Move(PyObject* self, PyObject* arguments) {
  Py_ssize_t destination = 0;
  Py_ssize_t source = 0;
  Py_ssize_t count = 0;
  if (!PyArg_ParseTuple(arguments, "nnn:move", &destination, &source, &count)) return nullptr;
  return NoneOrRaise(MmapOf(self).Move(destination, source, count));
}

PyObject* Read(PyObject* self, PyObject* arguments) {
  PyObject* count_object = Py_None;
  if (!PyArg_ParseTuple(arguments, "|O:read", &count_object)) return nullptr;
  if (count_object == Py_None) return BytesOrRaise(MmapOf(self).Read());
  const Py_ssize_t count = PyNumber_AsSsize_t(count_object, PyExc_OverflowError);
  if (count == -1 && PyErr_Occurred()) return nullptr;
  return BytesOrRaise(MmapOf(self).Read(count));
}
PyObject* ReadByte(PyObject* self, PyObject* /*none*/) {
  return IntOrRaise(MmapOf(self).ReadByte());
}
PyObject* Readline(PyObject* self, PyObject* /*none*/) {
  return BytesOrRaise(MmapOf(self).Readline());
}

PyObject* Resize(PyObject* self, PyObject* arguments) {
  Py_ssize_t size = 0;
  if (!PyArg_ParseTuple(arguments, "n:resize", &size)) return nullptr;
  return NoneOrRaise(MmapOf(self).Resize(size));
}

PyObject* Seek(PyObject* self, PyObject* arguments) {
  Py_ssize_t position = 0;
  int whence = mmap::kSeekSet;
  if (!PyArg_ParseTuple(arguments, "n|i:seek", &position, &whence)) return nullptr;
  return IntOrRaise(MmapOf(self).Seek(position, whence));
}
PyObject* Seekable(PyObject* /*self*/, PyObject* /*none*/) {
  return PyBool_FromLong(mmap::Mmap::seekable() ? 1 : 0);
}
PyObject* Tell(PyObject* self, PyObject* /*none*/) { return IntOrRaise(MmapOf(self).Tell()); }
PyObject* Size(PyObject* self, PyObject* /*none*/) { return IntOrRaise(MmapOf(self).Size()); }

PyObject* Write(PyObject* self, PyObject* arguments) {
  Py_buffer bytes;
  if (!PyArg_ParseTuple(arguments, "y*:write", &bytes)) return nullptr;
  const absl::Cleanup release = [&bytes] { PyBuffer_Release(&bytes); };
  return IntOrRaise(MmapOf(self).Write(ViewOf(bytes)));
}
PyObject* WriteByte(PyObject* self, PyObject* arguments) {
  unsigned char byte = 0;
  if (!PyArg_ParseTuple(arguments, "b:write_byte", &byte)) return nullptr;
  return NoneOrRaise(MmapOf(self).WriteByte(byte));
}

PyObject* Enter(PyObject* self, PyObject* /*none*/) {
  if (const auto length = MmapOf(self).Length(); !length.ok()) return Raise(length.status());
  Py_INCREF(self);
  return self;
}
PyObject* Exit(PyObject* self, PyObject* /*arguments*/) { return Close(self, nullptr); }

}  // namespace

PyMethodDef mmap_methods[] = {
    {"close", Close, METH_NOARGS, "close()"},
    {"find", Find, METH_VARARGS, "find(bytes[, start[, end]])"},
    {"flush", Flush, METH_VARARGS, "flush([offset[, size]])"},
    {"madvise", Madvise, METH_VARARGS, "madvise(option[, start[, length]])"},
    {"move", Move, METH_VARARGS, "move(destination, source, count)"},
    {"read", Read, METH_VARARGS, "read([count])"},
    {"read_byte", ReadByte, METH_NOARGS, "read_byte()"},
    {"readline", Readline, METH_NOARGS, "readline()"},
    {"resize", Resize, METH_VARARGS, "resize(size)"},
    {"rfind", Rfind, METH_VARARGS, "rfind(bytes[, start[, end]])"},
    {"seek", Seek, METH_VARARGS, "seek(position[, whence])"},
    {"seekable", Seekable, METH_NOARGS, "seekable()"},
    {"size", Size, METH_NOARGS, "size()"},
    {"tell", Tell, METH_NOARGS, "tell()"},
    {"write", Write, METH_VARARGS, "write(bytes)"},
    {"write_byte", WriteByte, METH_VARARGS, "write_byte(byte)"},
    {"__enter__", Enter, METH_NOARGS, nullptr},
    {"__exit__", Exit, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace someos::python
