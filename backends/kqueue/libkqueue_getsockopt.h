// What libkqueue calls instead of getsockopt(2). Linux only.

#ifndef SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_GETSOCKOPT_H_
#define SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_GETSOCKOPT_H_

#include <sys/socket.h>

namespace someos {

// While it lives, libkqueue reports no errors of sockets in this thread, instead of taking them out
// of the sockets (findings/libkqueue_so_error.sh). Without an effect if libkqueue is linked
// dynamically, or was without objcopy to redirect its calls (platforms/libkqueue.bzl).
class KeptSocketErrors {
 public:
  explicit KeptSocketErrors(bool keep);
  KeptSocketErrors(const KeptSocketErrors&) = delete;
  KeptSocketErrors& operator=(const KeptSocketErrors&) = delete;
  ~KeptSocketErrors();
};

}  // namespace someos

extern "C" int someos_libkqueue_getsockopt(int fd, int level, int name, void* value,
                                           socklen_t* size);

#endif  // SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_GETSOCKOPT_H_
