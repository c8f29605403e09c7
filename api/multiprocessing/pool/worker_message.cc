#include "someos/api/multiprocessing/pool/worker_message.h"

#include <cstddef>
#include <cstdint>
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
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/remote_traceback.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {
namespace {

absl::Status NoSuchMessage() {
  return PlainStatus(absl::StatusCode::kInternal, "pool: a worker has sent something else");
}

// The text of a str; empty for anything else.
absl::string_view TextOf(const PyValue& value) { return value.AsStr().value_or(""); }

// The exception itself, where it can be read, with the text that Python shows; otherwise one with
// its name and text.
absl::Status ExceptionOfParts(absl::Span<const PyValue> parts, const UnpickleOptions& limits) {
  const absl::string_view module = TextOf(parts[2]);
  const absl::string_view name = TextOf(parts[3]);
  const absl::string_view text = TextOf(parts[4]);
  const absl::StatusOr<absl::string_view> pickled = parts[1].AsBytes();
  const absl::StatusOr<PyValue> exception =
      pickled.ok() ? Unpickle(*pickled, limits) : pickled.status();
  const absl::Status status = exception.ok() ? StatusOfException(*exception) : exception.status();
  if (!status.GetPayload(kExceptionPayload).has_value()) {
    return PythonException(module, name, text);
  }
  absl::Status shown =
      PlainStatus(status.code(), absl::StrCat(module == "builtins" ? "" : absl::StrCat(module, "."),
                                              name, text.empty() ? "" : ": ", text));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { shown.SetPayload(url, payload); });
  return shown;
}

// The status of a function in C++: (2, code, message, {payload's URL: payload}).
absl::Status StatusOfParts(absl::Span<const PyValue> parts) {
  const absl::StatusOr<int64_t> code = parts[1].AsInt();
  const absl::StatusOr<absl::string_view> message = parts[2].AsBytes();
  const absl::StatusOr<absl::Span<const PyValue>> payloads = parts[3].AsDictEntries();
  if (!code.ok() || *code <= 0 ||
      *code > static_cast<int64_t>(absl::StatusCode::kUnauthenticated) || !message.ok() ||
      !payloads.ok()) {
    return NoSuchMessage();
  }
  absl::Status status = PlainStatus(static_cast<absl::StatusCode>(*code), *message);
  for (size_t i = 0; i + 1 < payloads->size(); i += 2) {
    status.SetPayload(TextOf((*payloads)[i]),
                      absl::Cord((*payloads)[i + 1].AsBytes().value_or("")));
  }
  return status;
}

}  // namespace

absl::StatusOr<PickleDialect> ReadHello(absl::string_view message, const UnpickleOptions& limits) {
  const absl::StatusOr<PyValue> hello = Unpickle(message, limits);
  if (!hello.ok()) return hello.status();
  const absl::StatusOr<absl::Span<const PyValue>> version = hello->AsItems();
  if (!version.ok() || version->size() != 2) return NoSuchMessage();
  const absl::StatusOr<int64_t> major = version->front().AsInt();
  if (!major.ok()) return NoSuchMessage();
  return *major >= 3 ? PickleDialect::kPython3 : PickleDialect::kAll;
}

absl::StatusOr<std::string> WriteSetup(const Setup& setup, PickleDialect dialect) {
  std::vector<PyValue> sys_path;
  sys_path.reserve(setup.sys_path.size());
  for (const std::string& directory : setup.sys_path) sys_path.push_back(PyValue::Str(directory));
  const PyValue initializer =
      setup.initializer.empty() ? PyValue() : PyValue::Str(setup.initializer);
  return Pickle(PyValue::Tuple({PyValue::List(std::move(sys_path)), initializer,
                                PyValue::Tuple(setup.initargs)}),
                {dialect});
}

absl::StatusOr<std::string> WriteTask(const Task& task, PickleDialect dialect) {
  const Job& job = *task.job;
  return Pickle(
      PyValue::Tuple({PyValue(static_cast<int>(job.kind())), PyValue::Str(job.function().name()),
                      job.Chunk(task.chunk), job.kwargs()}),
      {dialect});
}

absl::StatusOr<PyValue> ReadResult(absl::string_view message, const UnpickleOptions& limits) {
  const absl::StatusOr<PyValue> answer = Unpickle(message, limits);
  if (!answer.ok()) return answer.status();
  const absl::StatusOr<absl::Span<const PyValue>> parts = answer->AsItems();
  if (!parts.ok() || parts->empty()) return NoSuchMessage();
  if (parts->front() == PyValue(0) && parts->size() == 2) return (*parts)[1];
  if (parts->front() == PyValue(2) && parts->size() == 4) return StatusOfParts(*parts);
  if (parts->front() != PyValue(1) || parts->size() != 6) return NoSuchMessage();
  absl::Status status = ExceptionOfParts(*parts, limits);
  status.SetPayload(kTracebackPayload, absl::Cord(TextOf((*parts)[5])));
  return status;
}

}  // namespace someos::multiprocessing::pool
