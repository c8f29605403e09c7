#include "someos/backends/base/file_identity.h"

#include <cstdio>
#include <fstream>
#include <string>

namespace someos::base {
namespace {

// The finaliser of a 64-bit mixing function; spreads consecutive inode numbers.
uint64_t Mix(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33;
  return value;
}

#ifdef __linux__
// Eventfds, timerfds and the like share one inode without a type. Eventfds have a number of their
// own, which only procfs tells (Linux 5.2); 0 for all others.
uint64_t AnonymousId(int fd) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
  std::ifstream info(path);
  std::string key;
  uint64_t id = 0;
  while (info >> key) {
    if (key == "eventfd-id:") info >> id;
  }
  return id;
}
#else
uint64_t AnonymousId(int) { return 0; }
#endif

}  // namespace

std::optional<FileIdentity> FileIdentity::Of(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::nullopt;
  uint64_t mixed = Mix(static_cast<uint64_t>(status.st_dev));
  mixed = Mix(mixed ^ static_cast<uint64_t>(status.st_ino));
  mixed = Mix(mixed ^ static_cast<uint64_t>(status.st_rdev));
  mixed = Mix(mixed ^ (status.st_mode & S_IFMT));
  if ((status.st_mode & S_IFMT) == 0) mixed = Mix(mixed ^ AnonymousId(fd));
  return FileIdentity{static_cast<uint32_t>(mixed ^ (mixed >> 32)), status.st_mode};
}

}  // namespace someos::base
