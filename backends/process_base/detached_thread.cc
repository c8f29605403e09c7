#include "someos/backends/process_base/detached_thread.h"

#include <pthread.h>
#include <signal.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"

namespace someos::multiprocessing::process_base {
namespace {

using Body = absl::AnyInvocable<void()>;

// Address space, of which a helper uses two pages or so.
constexpr size_t kHelperStack = size_t{256} << 10;

void* Run(void* body) {
  const std::unique_ptr<Body> owned(static_cast<Body*>(body));
  (*owned)();
  return nullptr;
}

int Create(const pthread_attr_t& attributes, Body* body, ThreadKind kind) {
  pthread_t thread;
  if (kind == ThreadKind::kUsers) return pthread_create(&thread, &attributes, Run, body);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&thread, &attributes, Run, body);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

}  // namespace

bool StartDetachedThread(Body body, ThreadKind kind) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (kind == ThreadKind::kHelper) pthread_attr_setstacksize(&attributes, kHelperStack);
  auto owned = std::make_unique<Body>(std::move(body));
  const bool started = Create(attributes, owned.get(), kind) == 0;
  if (started) (void)owned.release();  // the thread's
  pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace someos::multiprocessing::process_base
