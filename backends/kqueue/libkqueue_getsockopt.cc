#include "someos/backends/kqueue/libkqueue_getsockopt.h"

#include <sys/socket.h>

#include <cstring>

namespace someos {
namespace {

thread_local bool keep_errors = false;

}  // namespace

KeptSocketErrors::KeptSocketErrors(bool keep) { keep_errors = keep; }
KeptSocketErrors::~KeptSocketErrors() { keep_errors = false; }

}  // namespace someos

extern "C" int someos_libkqueue_getsockopt(int fd, int level, int name, void* value,
                                           socklen_t* size) {
  if (someos::keep_errors && level == SOL_SOCKET && name == SO_ERROR) {
    std::memset(value, 0, *size);
    return 0;
  }
  return getsockopt(fd, level, name, value, size);
}
