// The interface of objects behind proxies.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SHARED_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SHARED_OBJECT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {

// An object in a manager's server. All functions are called by the server's thread, but Start may
// be in another one if runs_in_executor().
class SharedObject {
 public:
  virtual ~SharedObject() = default;
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  // Python's name of its class, for messages: "list".
  virtual absl::string_view class_name() const = 0;
  // Runs `call.method()`, which is one of the names that the type exposes, and sees to its reply.
  // Does not block: what has to wait keeps the call.
  virtual void Start(Call call) = 0;
  // Whether Start may run in the server's executor, several at a time, and block there.
  virtual bool runs_in_executor() const { return false; }
  // As Python's repr() and str().
  virtual std::string Repr() const = 0;
  virtual std::string Str() const { return Repr(); }
  // A copy of the object, which a proxy's _getvalue() returns. A TypeError if it cannot be pickled.
  virtual absl::StatusOr<PyValue> Value() const {
    return PythonTypeError(absl::StrCat("cannot pickle '", class_name(), "' object"));
  }
  // Objects with the same one are the same object to clients.
  virtual const void* identity() const { return this; }

 protected:
  SharedObject() = default;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SHARED_OBJECT_H_
