// Any bytes are a value or an error. A value is the same when it has been written and read again.
// An object that a converter accepts is the same object when it has been converted back.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/converters/py_converters.h"
#include "someos/api/multiprocessing/converters/py_datetime.h"
#include "someos/api/multiprocessing/converters/standard_converters.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {
namespace {

constexpr size_t kMaxMemory = size_t{1} << 26;
constexpr size_t kMaxText = 10000;

void Check(bool holds, absl::string_view what) {
  if (holds) return;
  std::cerr << what << "\n" << std::flush;
  std::abort();
}

template <typename T>
void ConvertAs(const PyConverters& converters, const PyValue& value) {
  const absl::StatusOr<T> read = converters.Read<T>(value);
  if (!read.ok()) return;
  const absl::StatusOr<PyValue> written = converters.Write<T>(*read);
  Check(written.ok(), written.status().message());
  const absl::StatusOr<T> again = converters.Read<T>(*written);
  Check(again.ok(), again.status().message());
  const absl::StatusOr<PyValue> rewritten = converters.Write<T>(*again);
  Check(rewritten.ok(), rewritten.status().message());
  Check(written->ToString(kMaxText) == rewritten->ToString(kMaxText), "converted otherwise");
}

void Convert(const PyValue& value) {
  if (value.kind() != PyKind::kObject) return;
  const PyConverters converters = StandardConverters();
  ConvertAs<PyDateTime>(converters, value);
  ConvertAs<absl::CivilDay>(converters, value);
  ConvertAs<absl::Duration>(converters, value);
  ConvertAs<PyDecimal>(converters, value);
  ConvertAs<PyFraction>(converters, value);
  ConvertAs<PyUuid>(converters, value);
  ConvertAs<PyDeque>(converters, value);
  ConvertAs<PyOrderedDict>(converters, value);
}

void RunOn(absl::string_view bytes) {
  UnpickleOptions options;
  options.max_memory = kMaxMemory;
  options.max_nodes = size_t{1} << 20;
  const absl::StatusOr<PyValue> value = Unpickle(bytes, options);
  if (!value.ok()) return;
  const std::string text = value->ToString(kMaxText);
  Check(*value == PyValue(*value), "a value differs from its copy");
  Convert(*value);
  // Writing makes it up to four levels deeper, and takes more steps.
  options = {};
  options.max_depth = kMaxUnpickleDepth;
  const absl::StatusOr<std::string> own = Pickle(*value, {PickleDialect::kPython3});
  Check(own.ok(), own.status().message());
  const absl::StatusOr<PyValue> again = Unpickle(*own, options);
  Check(again.ok(), again.status().message());
  Check(again->ToString(kMaxText) == text, text);
  for (const PickleDialect dialect : {PickleDialect::kAll, PickleDialect::kPython2}) {
    const absl::StatusOr<std::string> pickle = Pickle(*value, {dialect});
    if (!pickle.ok()) continue;
    const absl::StatusOr<PyValue> read = Unpickle(*pickle, options);
    Check(read.ok(), read.status().message());
  }
}

}  // namespace
}  // namespace someos::multiprocessing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::multiprocessing::RunOn(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
