// What the files of the select module share: waits and their timeouts.

#ifndef SOMEOS_TESTING_PYTHON_BINDING_SELECT_SELECT_MODULE_H_
#define SOMEOS_TESTING_PYTHON_BINDING_SELECT_SELECT_MODULE_H_

#include "someos/testing/python/binding/python_object.h"

// Python.h comes first.
#include <cerrno>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/api/python_timeout.h"

namespace someos::python {

// Calls `wait` with what is left of `timeout` until it has a result, or a handler of a signal
// raises an exception (PEP 475).
template <typename Wait>
auto WaitWithHandlers(std::optional<absl::Duration> timeout, Wait wait) {
  const select::TimeLimit limit(timeout);
  while (true) {
    auto result = [&] {
      const ReleasedLock released;
      return wait(limit.Left());
    }();
    if (result.ok() || ErrnoOf(result.status()) != EINTR || PyErr_CheckSignals() != 0) {
      return result;
    }
  }
}

using Timeout = std::optional<absl::Duration>;
using TimeoutConverter = absl::StatusOr<Timeout> (*)(const select::PythonNumber&,
                                                     select::PythonVersion);

// `object` is null, None, or what `converter` accepts.
absl::StatusOr<Timeout> TimeoutOf(PyObject* object, TimeoutConverter converter);

// An int of Python as an int64_t, if it is one; numbers beyond are its ends.
absl::StatusOr<int64_t> ClampedInt(PyObject* object);

// A list of pairs (fd, events).
template <typename Events>
PyObject* ListOfPairs(const Events& events) {
  Ref list = Ref::Owning(PyList_New(static_cast<Py_ssize_t>(events.size())));
  if (!list) return nullptr;
  Py_ssize_t index = 0;
  for (const auto& [fd, mask] : events) {
    PyObject* const pair = Py_BuildValue("(iI)", fd, static_cast<unsigned>(mask));
    if (pair == nullptr) return nullptr;
    PyList_SET_ITEM(list.get(), index++, pair);
  }
  return list.Release();
}

// What each file adds to the module. They return false if an exception was raised.
bool AddSelect(PyObject* module);
bool AddPoll(PyObject* module);
bool AddEpoll(PyObject* module);
bool AddKqueue(PyObject* module);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_BINDING_SELECT_SELECT_MODULE_H_
