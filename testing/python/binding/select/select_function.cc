// select.select().

#include "someos/testing/python/binding/select/select_module.h"

// Python.h comes first.
#include <cstddef>
#include <vector>

#include "someos/api/select.h"

namespace someos::python {
namespace {

// The elements of a sequence of Python, which its elements' fileno() may change meanwhile.
class Sequence {
 public:
  explicit Sequence(PyObject* object) : object_(object) {}

  class Iterator {
   public:
    explicit Iterator(PyObject* sequence) : sequence_(sequence) {}

    // Null, which is no waitable, if there is no sequence: the exception has been raised.
    Ref operator*() const {
      return Ref::Sharing(sequence_ == nullptr ? nullptr
                                               : PySequence_Fast_GET_ITEM(sequence_, index_));
    }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& /*end*/) const {
      return sequence_ == nullptr || index_ < PySequence_Fast_GET_SIZE(sequence_);
    }

   private:
    PyObject* sequence_;
    Py_ssize_t index_ = 0;
  };

  Iterator begin() {
    sequence_ = Ref::Owning(PySequence_Fast(object_, "arguments 1-3 must be sequences"));
    return Iterator(sequence_.get());
  }
  Iterator end() { return Iterator(nullptr); }

 private:
  PyObject* const object_;
  Ref sequence_;
};

PyObject* ListOf(const std::vector<Ref>& elements) {
  PyObject* const list = PyList_New(static_cast<Py_ssize_t>(elements.size()));
  if (list == nullptr) return nullptr;
  for (size_t i = 0; i < elements.size(); ++i) {
    PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), Ref(elements[i]).Release());
  }
  return list;
}

PyObject* Select(PyObject* /*module*/, PyObject* arguments) {
  PyObject* readable = nullptr;
  PyObject* writable = nullptr;
  PyObject* exceptional = nullptr;
  PyObject* timeout_object = nullptr;
  if (!PyArg_UnpackTuple(arguments, "select", 3, 4, &readable, &writable, &exceptional,
                         &timeout_object)) {
    return nullptr;
  }
  const absl::StatusOr<Timeout> timeout = TimeoutOf(timeout_object, select::SelectTimeout);
  if (!timeout.ok()) return Raise(timeout.status());

  Sequence lists[] = {Sequence(readable), Sequence(writable), Sequence(exceptional)};
  select::SelectOptions options;
  options.on_signal = select::OnSignal::kReturn;
  auto call = select::PrepareSelect(lists[0], lists[1], lists[2], *timeout, options);
  if (!call.ok()) return Raise(call.status());
  absl::Status status;
  do {
    const ReleasedLock released;
    status = call->Wait();
  } while (ErrnoOf(status) == EINTR && PyErr_CheckSignals() == 0);
  if (!status.ok()) return Raise(status);

  const auto result = std::move(*call).Result();
  return Py_BuildValue("(NNN)", ListOf(result.readable), ListOf(result.writable),
                       ListOf(result.exceptional));
}

PyMethodDef functions[] = {
    {"select", Select, METH_VARARGS, "select(rlist, wlist, xlist[, timeout])"},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

bool AddSelect(PyObject* module) { return PyModule_AddFunctions(module, functions) == 0; }

}  // namespace someos::python
