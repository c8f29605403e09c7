// Its inline read() would stand in the way of ours.
#undef _FORTIFY_SOURCE

#include "someos/testing/faults/c_library.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/string_view.h"
#include "someos/testing/faults/fault.h"
#include "someos/testing/faults/fault_plan.h"

// Sanitizers have functions of their own by these names.
#if defined(__linux__) && !defined(ABSL_HAVE_ADDRESS_SANITIZER) && \
    !defined(ABSL_HAVE_MEMORY_SANITIZER) && !defined(ABSL_HAVE_THREAD_SANITIZER)
#define SOMEOS_REPLACES_C_LIBRARY_CALLS 1
#include <dlfcn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>
#endif

namespace someos {
namespace {

thread_local int g_library_calls = 0;

}  // namespace

LibraryCall::LibraryCall() { ++g_library_calls; }
LibraryCall::~LibraryCall() { --g_library_calls; }

#ifndef SOMEOS_REPLACES_C_LIBRARY_CALLS

std::vector<Fault> CLibraryFaults() { return {}; }
bool RunBeforeEachRead(std::function<void()> /*action*/) { return false; }
bool ReplaceClock(std::function<timespec(clockid_t, timespec)> /*clock*/) { return false; }

#else

namespace {

thread_local std::function<void()> g_before_read;
thread_local std::function<timespec(clockid_t, timespec)> g_clock;

void BeforeRead() {
  if (g_library_calls == 0 || g_before_read == nullptr) return;
  const int error = errno;
  g_before_read();
  errno = error;
}

void Replace(clockid_t clock, timespec* time) {
  if (g_library_calls > 0 && g_clock != nullptr) *time = g_clock(clock, *time);
}

bool Fails(absl::string_view call, int fd = -1) {
  return g_library_calls > 0 && FaultPlan::Fails(call, fd);
}

void CallMade(absl::string_view call) {
  if (g_library_calls > 0) FaultPlan::WaitMade(call);
}

// The function that the program's own one, of the same type, stands in front of.
template <typename Function>
Function* Behind(const char* name, Function* /*own*/) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

std::vector<Fault> CLibraryFaults() {
  std::vector<Fault> faults;
  const auto add = [&](absl::string_view call, std::initializer_list<int> errors, bool absorbed) {
    for (const int error : errors) faults.push_back({call, error, absorbed});
  };
  add("eventfd", {EMFILE, ENFILE, ENOMEM}, false);
  add("eventfd", {EACCES, EINVAL, ENODEV, ENOSYS, EPERM}, true);  // a pipe will do
  add("pipe", {EMFILE, ENFILE}, false);
  add("fstat", {EFAULT, EIO, ELOOP, ENOMEM, EOVERFLOW}, false);
  add("read", {EAGAIN, EINTR, EIO}, true);
  add("write", {EINTR}, true);  // not EAGAIN: then the wake channel is full, and readable
  add("write", {EBADF, EDQUOT, EFAULT, EFBIG, EINVAL, EIO, ENOSPC, EPERM, EPIPE}, false);
  add("close", {EINTR, EIO, ENOSPC, EDQUOT}, true);
  add("getsockopt", {EFAULT, EINVAL, ENOPROTOOPT, ENOTSOCK}, false);
  return faults;
}

bool RunBeforeEachRead(std::function<void()> action) {
  g_before_read = std::move(action);
  return true;
}

bool ReplaceClock(std::function<timespec(clockid_t, timespec)> clock) {
  g_clock = std::move(clock);
  return true;
}

#endif  // SOMEOS_REPLACES_C_LIBRARY_CALLS

}  // namespace someos

#ifdef SOMEOS_REPLACES_C_LIBRARY_CALLS

int eventfd(unsigned int value, int flags) noexcept {
  static auto* const behind = someos::Behind("eventfd", eventfd);
  return someos::Fails("eventfd") ? -1 : behind(value, flags);
}

int pipe(int ends[2]) noexcept {
  static auto* const behind = someos::Behind("pipe", pipe);
  return someos::Fails("pipe") ? -1 : behind(ends);
}

int fstat(int fd, struct stat* status) noexcept {
  static auto* const behind = someos::Behind("fstat", fstat);
  return someos::Fails("fstat", fd) ? -1 : behind(fd, status);
}

ssize_t read(int fd, void* buffer, size_t size) {
  static auto* const behind = someos::Behind("read", read);
  someos::BeforeRead();
  return someos::Fails("read", fd) ? -1 : behind(fd, buffer, size);
}

ssize_t write(int fd, const void* buffer, size_t size) {
  static auto* const behind = someos::Behind("write", write);
  if (someos::Fails("write", fd)) return -1;
  const ssize_t written = behind(fd, buffer, size);
  someos::CallMade("write");
  return written;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static auto* const behind = someos::Behind("sendmsg", sendmsg);
  return someos::Fails("sendmsg", fd) ? -1 : behind(fd, message, flags);
}

// The number is free, whatever close(2) says.
int close(int fd) {
  static auto* const behind = someos::Behind("close", close);
  if (!someos::Fails("close", fd)) return behind(fd);
  const int error = errno;
  behind(fd);
  errno = error;
  return -1;
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  static auto* const behind = someos::Behind("accept4", accept4);
  return someos::Fails("accept4", fd) ? -1 : behind(fd, address, size, flags);
}

int getsockopt(int fd, int level, int option, void* value, socklen_t* size) noexcept {
  static auto* const behind = someos::Behind("getsockopt", getsockopt);
  return someos::Fails("getsockopt", fd) ? -1 : behind(fd, level, option, value, size);
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  static auto* const behind = someos::Behind("clock_gettime", clock_gettime);
  if (someos::Fails("clock_gettime")) return -1;
  const int result = behind(clock, time);
  if (result == 0) someos::Replace(clock, time);
  return result;
}

#endif  // SOMEOS_REPLACES_C_LIBRARY_CALLS
