// Any text is a value or an error, and a value is the same when it has been written and read again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/xml_rpc/xml_rpc.h"

namespace someos::multiprocessing {
namespace {

constexpr size_t kMaxMemory = size_t{1} << 26;
constexpr size_t kMaxText = 10000;

void Check(bool holds, absl::string_view what) {
  if (holds) return;
  std::cerr << what << "\n" << std::flush;
  std::abort();
}

void RunOn(absl::string_view text) {
  XmlRpcLimits limits;
  limits.max_memory = kMaxMemory;
  const absl::StatusOr<PyValue> value = ReadXmlRpc(text, limits);
  if (!value.ok()) return;
  const absl::StatusOr<std::string> written = WriteXmlRpc(*value);
  if (!written.ok()) return Check(absl::IsOutOfRange(written.status()), "not written");  // an int
  const absl::StatusOr<PyValue> again = ReadXmlRpc(*written, limits);
  Check(again.ok(), again.status().message());
  Check(again->ToString(kMaxText) == value->ToString(kMaxText), "read as another one");
}

}  // namespace
}  // namespace someos::multiprocessing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::multiprocessing::RunOn({reinterpret_cast<const char*>(data), size});
  return 0;
}
