#include "someos/api/multiprocessing/managers/python_exception.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  const std::string text = TextOf(name, args);
  absl::Status status =
      PlainStatus(known.code, absl::StrCat(module == "builtins" ? "" : absl::StrCat(module, "."),
                                           name, text.empty() ? "" : ": ", text));
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
