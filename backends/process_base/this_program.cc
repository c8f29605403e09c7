#include "someos/backends/process_base/this_program.h"

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#elif defined(__FreeBSD__) || defined(__DragonFly__) || defined(__NetBSD__)
#include <sys/types.h>
// After types.h.
#include <sys/sysctl.h>
#endif

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"

namespace someos::multiprocessing::process_base {

absl::StatusOr<std::string> ThisProgram() {
#if defined(__linux__)
  return "/proc/self/exe";
#elif defined(__APPLE__)
  uint32_t size = 0;
  (void)_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (_NSGetExecutablePath(path.data(), &size) != 0) {
    return ErrnoStatus(ENOMEM, "path of this program");
  }
  return std::string(path.c_str());
#elif defined(__FreeBSD__) || defined(__DragonFly__) || defined(__NetBSD__)
#ifdef __NetBSD__
  const int name[] = {CTL_KERN, KERN_PROC_ARGS, -1, KERN_PROC_PATHNAME};
#else
  const int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
#endif
  size_t size = 0;
  if (sysctl(name, 4, nullptr, &size, nullptr, 0) != 0) {
    return ErrnoStatus(errno, "path of this program");
  }
  std::string path(size, '\0');
  if (sysctl(name, 4, path.data(), &size, nullptr, 0) != 0) {
    return ErrnoStatus(errno, "path of this program");
  }
  return std::string(path.c_str());
#else
  return PlainStatus(absl::StatusCode::kUnimplemented,
                     "path of this program: the system does not tell it");
#endif
}

}  // namespace someos::multiprocessing::process_base
