#include "someos/backends/base/file_identity.h"

namespace someos::base {
namespace {

// The finaliser of a 64-bit mixing function; spreads consecutive inode numbers.
uint64_t Mix(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33;
  return value;
}

}  // namespace

std::optional<FileIdentity> FileIdentity::Of(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::nullopt;
  uint64_t mixed = Mix(static_cast<uint64_t>(status.st_dev));
  mixed = Mix(mixed ^ static_cast<uint64_t>(status.st_ino));
  mixed = Mix(mixed ^ static_cast<uint64_t>(status.st_rdev));
  mixed = Mix(mixed ^ (status.st_mode & S_IFMT));
  return FileIdentity{static_cast<uint32_t>(mixed ^ (mixed >> 32)), status.st_mode};
}

}  // namespace someos::base
