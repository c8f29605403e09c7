#include "someos/backends/base/random_bytes.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"

namespace someos::base {

absl::StatusOr<std::string> RandomBytes(size_t count) {
  std::string bytes(count, '\0');
#ifdef __linux__
  if (getentropy(bytes.data(), count) != 0) return ErrnoStatus(errno, "getentropy");
#else
  // On the BSDs and macOS, from the kernel, and never fails. (NetBSD 9 has no getentropy.)
  arc4random_buf(bytes.data(), count);
#endif
  return bytes;
}

}  // namespace someos::base
