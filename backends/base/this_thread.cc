#include "someos/backends/base/this_thread.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#ifdef __linux__
#include <sys/syscall.h>
#endif
#ifdef __NetBSD__
#include <lwp.h>
#endif
#if defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__DragonFly__)
#include <pthread_np.h>
#endif

namespace someos::base {
namespace {

#if defined(__linux__)
constexpr size_t kLongestName = 15;
#elif defined(__FreeBSD__) || defined(__DragonFly__)
constexpr size_t kLongestName = 19;
#elif defined(__OpenBSD__)
constexpr size_t kLongestName = 23;
#elif defined(__NetBSD__)
constexpr size_t kLongestName = 31;
#elif defined(__APPLE__)
constexpr size_t kLongestName = 63;
#else
#error "How does this system name a thread?"
#endif

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

}  // namespace

int64_t NativeThreadId() {
#if defined(__linux__)
  // The C library knows the number, and hands it out within the number of the thread's clock, which
  // is part of the kernel's interface: the complement of the thread's number, then the bits 110.
  constexpr clockid_t kKindBits = 7;
  constexpr clockid_t kThreadClock = 6;
  clockid_t clock = 0;
  if (pthread_getcpuclockid(pthread_self(), &clock) == 0 && (clock & kKindBits) == kThreadClock) {
    return ~(clock >> 3);
  }
  return syscall(SYS_gettid);
#elif defined(__FreeBSD__) || defined(__DragonFly__)
  return pthread_getthreadid_np();
#elif defined(__OpenBSD__)
  return getthrid();
#elif defined(__NetBSD__)
  return _lwp_self();
#else
  uint64_t id = 0;
  pthread_threadid_np(nullptr, &id);
  return static_cast<int64_t>(id);
#endif
}

bool IsMainThread() {
#if defined(__linux__)
  return NativeThreadId() == getpid();
#elif defined(__NetBSD__)
  return _lwp_self() == 1;
#else
  return pthread_main_np() != 0;
#endif
}

void SetNativeThreadName(std::string name) {
  if (name.size() > kLongestName) {
    size_t length = kLongestName;
    while (length > 0 && ContinuesCharacter(name[length])) --length;
    name.resize(length);
  }
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name.c_str());
#elif defined(__NetBSD__)
  pthread_setname_np(pthread_self(), "%s", name.data());
#elif defined(__APPLE__)
  pthread_setname_np(name.c_str());
#else
  pthread_set_name_np(pthread_self(), name.c_str());
#endif
}

}  // namespace someos::base
