// A reference to a Python object that threads of ours own, which may not be running Python.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_THREADING_FOREIGN_REF_H_
#define SOMEOS_TESTING_PYTHON_BINDING_THREADING_FOREIGN_REF_H_

#include "someos/testing/python/binding/python_object.h"

// Python.h comes first.
#include <utility>

namespace someos::python {

// Owns a reference. Made by a thread that runs Python, moved and destroyed by any. After the
// interpreter's end the object stays.
class ForeignRef {
 public:
  explicit ForeignRef(Ref object) : object_(object.Release()) {}
  ForeignRef(ForeignRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ForeignRef& operator=(ForeignRef&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ForeignRef() {
    if (object_ == nullptr || Py_IsInitialized() == 0) return;
    const RunningPython running;
    Py_DECREF(object_);
  }

  PyObject* get() const { return object_; }

 private:
  PyObject* object_;
};

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_THREADING_FOREIGN_REF_H_
