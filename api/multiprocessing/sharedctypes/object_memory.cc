#include "someos/api/multiprocessing/sharedctypes/object_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"

namespace someos::multiprocessing::internal {
namespace {

absl::Status Invalid(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

}  // namespace

absl::StatusOr<SharedMemory> CreateObjectMemory(uint64_t size, const SharedObjectOptions& options) {
  constexpr auto kGreatest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (size > kGreatest) return Invalid("the object is too great for any memory");
  const auto bytes = static_cast<int64_t>(std::max<uint64_t>(size, 1));
  return options.name.has_value() ? SharedMemory::Create(bytes, options.name, options.memory)
                                  : SharedMemory::CreateAnonymous(bytes, options.memory);
}

absl::Status CheckObjectMemory(const SharedMemory& memory, uint64_t offset, uint64_t size,
                               size_t alignment) {
  const uint64_t available = memory.buf().size();
  if (offset > available || size > available - offset) {
    return Invalid(absl::StrCat("the object is not within its memory: ", size, " bytes from ",
                                offset, " of ", available));
  }
  if (offset % alignment != 0) {
    return Invalid(
        absl::StrCat("the object is not aligned to ", alignment, " bytes in its memory"));
  }
  return absl::OkStatus();
}

uint64_t BytesOf(uint64_t count, size_t size) {
  constexpr uint64_t kGreatest = std::numeric_limits<uint64_t>::max();
  return count > kGreatest / size ? kGreatest : count * size;
}

}  // namespace someos::multiprocessing::internal
