// What the system knows of the calling thread, beyond POSIX.

#ifndef SOMEOS_BACKENDS_BASE_THIS_THREAD_H_
#define SOMEOS_BACKENDS_BASE_THIS_THREAD_H_

#include <cstdint>
#include <string>

namespace someos::base {

// The system's number of the thread, as its tools show it: gettid(2) on Linux, the number of the
// lightweight process elsewhere. On Linux it costs no system call.
int64_t NativeThreadId();

// Whether the thread runs main(). In a process that fork(2) made it is the thread that forked.
bool IsMainThread();

// Gives the thread a name that the system's tools show: on Linux the first 15 bytes, on FreeBSD and
// DragonFly 19, on OpenBSD 23, on NetBSD 31, on macOS 63, never part of a character of UTF-8.
void SetNativeThreadName(std::string name);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_THIS_THREAD_H_
