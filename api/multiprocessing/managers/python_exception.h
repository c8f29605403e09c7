// Exceptions of Python that travel between processes, as statuses.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_PYTHON_EXCEPTION_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_PYTHON_EXCEPTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// The type URL of the payload with a pickle of the exception that a status stands for.
inline constexpr absl::string_view kExceptionPayload = "someos/python/exception";

// The type URL of the payload that marks a status as Python's RemoteError: the other side could not
// do what it was asked to, and the message is its traceback.
inline constexpr absl::string_view kRemoteErrorPayload = "someos/python/RemoteError";

// The status of `module.name(*args)`, by Python 3's names. Its message is "name: text", with the
// module before the name unless it is builtins, and as the text what Python's str(Exception(*args))
// is. Its code is that of api/python_error.h where that has one for the class; queue.Empty and
// queue.Full are kUnavailable, TimeoutError is kDeadlineExceeded, StopIteration kOutOfRange,
// AttributeError kNotFound, NotImplementedError kUnimplemented, every other one kUnknown.
//
// OSError and its subclasses, if `args` begins with an errno and its text: the code that Abseil
// gives to the errno, ErrnoOf() returns it, and the text is "[Errno 2] No such file or directory:
// 'name'", as Python's. The number is one of the system on which the exception was raised.
absl::Status PythonException(absl::string_view module, absl::string_view name,
                             std::vector<PyValue> args);

// The same with one argument, a str.
absl::Status PythonException(absl::string_view module, absl::string_view name,
                             absl::string_view text);

// The status of an exception object as Python pickles it. Any other value is a TypeError, which
// says what it is ("exceptions must derive from BaseException, got int").
absl::Status StatusOfException(const PyValue& exception);

// The object that Python unpickles as the exception that `status` stands for: the one it was made
// from, or what api/python_error.h says, with the message as its argument. `status` must not be OK.
PyValue ExceptionOf(const absl::Status& status);

// The exception that a status was made from: by this library's server or another one, or by one of
// the functions above. nullopt for every other status.
std::optional<PyValue> RaisedException(const absl::Status& status);

// A RemoteError: kInternal, with the traceback as its message.
absl::Status RemoteError(absl::string_view traceback);
bool IsRemoteError(const absl::Status& status);

// Python's name for what `status` stands for and its text: "KeyError: 'x'", "queue.Empty".
std::string ExceptionText(const absl::Status& status);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_PYTHON_EXCEPTION_H_
