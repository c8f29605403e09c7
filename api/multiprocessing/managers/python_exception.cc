#include "someos/api/multiprocessing/managers/python_exception.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

struct ClassCode {
  absl::string_view module;
  absl::string_view name;
  absl::StatusCode code;
  absl::string_view payload;  // of api/python_error.h; may be empty
};

constexpr ClassCode kCodes[] = {
    {"builtins", "TypeError", absl::StatusCode::kInvalidArgument, kTypeErrorPayload},
    {"builtins", "ValueError", absl::StatusCode::kInvalidArgument, ""},
    {"builtins", "OverflowError", absl::StatusCode::kOutOfRange, ""},
    {"builtins", "IndexError", absl::StatusCode::kOutOfRange, kIndexErrorPayload},
    {"builtins", "StopIteration", absl::StatusCode::kOutOfRange, ""},
    {"builtins", "KeyError", absl::StatusCode::kNotFound, ""},
    {"builtins", "AttributeError", absl::StatusCode::kNotFound, ""},
    {"builtins", "BufferError", absl::StatusCode::kFailedPrecondition, kBufferErrorPayload},
    {"builtins", "RuntimeError", absl::StatusCode::kFailedPrecondition, ""},
    {"builtins", "NotImplementedError", absl::StatusCode::kUnimplemented, ""},
    {"builtins", "TimeoutError", absl::StatusCode::kDeadlineExceeded, ""},
    {"builtins", "EOFError", absl::StatusCode::kOutOfRange, kEofErrorPayload},
    {"multiprocessing.context", "TimeoutError", absl::StatusCode::kDeadlineExceeded, ""},
    {"multiprocessing.context", "AuthenticationError", absl::StatusCode::kUnauthenticated, ""},
    {"queue", "Empty", absl::StatusCode::kUnavailable, ""},
    {"_queue", "Empty", absl::StatusCode::kUnavailable, ""},
    {"queue", "Full", absl::StatusCode::kUnavailable, ""},
};

// Classes of builtins whose first two arguments may be an errno and its text.
constexpr absl::string_view kOsErrors[] = {
    "OSError",           "BlockingIOError",        "BrokenPipeError",
    "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
    "FileExistsError",   "ConnectionRefusedError", "ConnectionResetError",
    "FileNotFoundError", "InterruptedError",       "IsADirectoryError",
    "PermissionError",   "NotADirectoryError",     "ProcessLookupError",
    "TimeoutError",
};

// The errno of an exception of these classes; 0 if it has none, or is of another class.
int ErrnoOfException(absl::string_view module, absl::string_view name, const PyValue& args) {
  if (module != "builtins" || !absl::c_linear_search(kOsErrors, name)) return 0;
  const absl::StatusOr<absl::Span<const PyValue>> items = args.AsItems();
  if (!items.ok() || items->size() < 2) return 0;
  const absl::StatusOr<int64_t> error = items->front().AsInt();
  const bool is_errno = error.ok() && *error > 0 && *error <= std::numeric_limits<int>::max();
  return is_errno ? static_cast<int>(*error) : 0;
}

// As str() of such an exception: `args` is (errno, text) or (errno, text, file name, ...).
std::string OsErrorText(int error, const PyValue& args) {
  const absl::Span<const PyValue> items = *args.AsItems();
  const absl::StatusOr<absl::string_view> text = items[1].AsStr();
  std::string shown =
      absl::StrCat("[Errno ", error, "] ", text.ok() ? std::string(*text) : items[1].ToString());
  if (items.size() > 2) absl::StrAppend(&shown, ": ", items[2].ToString());
  return shown;
}

ClassCode CodeOf(absl::string_view module, absl::string_view name) {
  for (const ClassCode& known : kCodes) {
    if (known.module == module && known.name == name) return known;
  }
  return {module, name, absl::StatusCode::kUnknown, ""};
}

PyValue ExceptionObject(absl::string_view module, absl::string_view name,
                        std::vector<PyValue> args) {
  PyObjectParts parts;
  parts.callable = PyValue::Global(module, name);
  parts.args = PyValue::Tuple(std::move(args));
  return PyValue::Object(std::move(parts));
}

// As str() of an exception, which for a KeyError with one argument is its repr.
std::string TextOf(absl::string_view name, const PyValue& args) {
  const absl::StatusOr<absl::Span<const PyValue>> items = args.AsItems();
  if (!items.ok() || items->empty()) return "";
  if (items->size() > 1) return args.ToString();
  const PyValue& only = items->front();
  const absl::StatusOr<absl::string_view> text = only.AsStr();
  if (text.ok() && name != "KeyError") return std::string(*text);
  return only.ToString();
}

absl::Status Described(const PyValue& exception, absl::string_view module, absl::string_view name,
                       const PyValue& args) {
  const ClassCode known = CodeOf(module, name);
  const int error = ErrnoOfException(module, name, args);
  const std::string text = error != 0 ? OsErrorText(error, args) : TextOf(name, args);
  absl::Status status =
      PlainStatus(error != 0 ? absl::ErrnoToStatusCode(error) : known.code,
                  absl::StrCat(module == "builtins" ? "" : absl::StrCat(module, "."), name,
                               text.empty() ? "" : ": ", text));
  if (error != 0) status.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(error)));
  if (!known.payload.empty()) status.SetPayload(known.payload, absl::Cord());
  absl::StatusOr<std::string> pickle = Pickle(exception);
  if (pickle.ok()) status.SetPayload(kExceptionPayload, absl::Cord(*std::move(pickle)));
  return status;
}

struct ClassName {
  absl::string_view module;
  absl::string_view name;
};

ClassName ClassOf(PythonError error) {
  switch (error) {
    case PythonError::kTypeError:
      return {"builtins", "TypeError"};
    case PythonError::kValueError:
      return {"builtins", "ValueError"};
    case PythonError::kOverflowError:
      return {"builtins", "OverflowError"};
    case PythonError::kIndexError:
      return {"builtins", "IndexError"};
    case PythonError::kKeyError:
      return {"builtins", "KeyError"};
    case PythonError::kBufferError:
      return {"builtins", "BufferError"};
    case PythonError::kOsError:
      return {"builtins", "OSError"};
    case PythonError::kEofError:
      return {"builtins", "EOFError"};
    case PythonError::kAuthenticationError:
      return {"multiprocessing.context", "AuthenticationError"};
    case PythonError::kTimeoutError:
      return {"multiprocessing.context", "TimeoutError"};
    default:
      return {"builtins", "RuntimeError"};
  }
}

}  // namespace

absl::Status PythonException(absl::string_view module, absl::string_view name,
                             std::vector<PyValue> args) {
  const PyValue tuple = PyValue::Tuple(args);
  return Described(ExceptionObject(module, name, std::move(args)), module, name, tuple);
}

absl::Status PythonException(absl::string_view module, absl::string_view name,
                             absl::string_view text) {
  return PythonException(module, name, std::vector<PyValue>{PyValue::Str(text)});
}

absl::Status StatusOfException(const PyValue& exception) {
  const absl::StatusOr<PyObjectParts> parts = exception.AsObject();
  const absl::StatusOr<absl::string_view> module =
      parts.ok() ? parts->callable.GlobalModule() : parts.status();
  const absl::StatusOr<absl::string_view> name =
      parts.ok() ? parts->callable.GlobalName() : parts.status();
  if (!module.ok() || !name.ok()) {
    return PythonTypeError(absl::StrCat("exceptions must derive from BaseException, got ",
                                        PyKindName(exception.kind())));
  }
  return Described(exception, *module, *name, parts->args);
}

PyValue ExceptionOf(const absl::Status& status) {
  if (std::optional<PyValue> raised = RaisedException(status); raised.has_value()) return *raised;
  const PythonError error = PythonErrorOf(status);
  std::vector<PyValue> args;
  if (ErrnoOf(status) != 0) args.emplace_back(ErrnoOf(status));
  args.push_back(PyValue::Str(status.message()));
  return ExceptionObject(ClassOf(error).module, ClassOf(error).name, std::move(args));
}

std::optional<PyValue> RaisedException(const absl::Status& status) {
  const std::optional<absl::Cord> pickle = status.GetPayload(kExceptionPayload);
  if (!pickle.has_value()) return std::nullopt;
  absl::StatusOr<PyValue> exception = Unpickle(std::string(*pickle));
  if (!exception.ok()) return std::nullopt;
  return *std::move(exception);
}

absl::Status RemoteError(absl::string_view traceback) {
  absl::Status status = PlainStatus(absl::StatusCode::kInternal, traceback);
  status.SetPayload(kRemoteErrorPayload, absl::Cord());
  return status;
}

bool IsRemoteError(const absl::Status& status) {
  return status.GetPayload(kRemoteErrorPayload).has_value();
}

std::string ExceptionText(const absl::Status& status) {
  if (status.GetPayload(kExceptionPayload).has_value()) return std::string(status.message());
  return absl::StrCat(ClassOf(PythonErrorOf(status)).name, ": ", status.message());
}

}  // namespace someos::multiprocessing
