#include <cerrno>
#include <cstdint>
#include <optional>

#include "someos/backends/poller_base/file_identity.h"

namespace someos::poller_base {

using internal::IsAnonymous;
using internal::kAnonymousMask;
using internal::kIdUnknown;

bool PortsAgree(uint32_t some, uint32_t others) {
  const auto agree = [](uint32_t a, uint32_t b) { return a == b || a == 0 || b == 0; };
  return agree(some >> 16, others >> 16) && agree(some & 0xffff, others & 0xffff);
}

int FileIdentity::Mismatch(const std::optional<FileIdentity>& found, const FileDigest& digest) {
  if (!found.has_value()) return errno;
  return found->SameAs(digest) ? 0 : ENOENT;
}

bool FileIdentity::SameAs(const FileDigest& other) const {
  if (digest.generation != 0 && other.generation != 0) {
    // A birth adds nothing, and may change: when overlayfs copies a file, for example.
    if (digest.generation != other.generation) return false;
  } else if (digest.birth != 0 && other.birth != 0 && digest.birth != other.birth) {
    return false;
  }
  if (digest.file == other.file) return true;
  if (by_ports) return PortsAgree(digest.file, other.file);
  if (!IsAnonymous(mode) || ((digest.file ^ other.file) & ~kAnonymousMask) != 0) return false;
  return (digest.file & kAnonymousMask) == kIdUnknown ||
         (other.file & kAnonymousMask) == kIdUnknown;
}

}  // namespace someos::poller_base
