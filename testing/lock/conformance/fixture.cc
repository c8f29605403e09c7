#include "someos/testing/lock/conformance/fixture.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

template <typename T>
std::unique_ptr<SharedLock> Must(absl::StatusOr<std::unique_ptr<T>> lock) {
  if (lock.ok()) return *std::move(lock);
  std::fprintf(stderr, "%s\n", lock.status().ToString().c_str());
  std::abort();
}

}  // namespace

SharedLockConformanceTest::SharedLockConformanceTest() {
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
  MustSucceed(memory == MAP_FAILED ? -1 : 0, "mmap");
  shared_ = new (memory) Shared{};
  lock_ = Must(backend().create(absl::MakeSpan(shared_->payload)));
}

SharedLockConformanceTest::~SharedLockConformanceTest() {
  lock_.reset();
  munmap(shared_, sizeof(Shared));
}

std::unique_ptr<SharedLock> SharedLockConformanceTest::Attached() const {
  return Must(backend().attach(absl::MakeSpan(shared_->payload)));
}

void SharedLockConformanceTest::AwaitStage(uint32_t stage) const {
  while (shared_->stage.load(std::memory_order_acquire) != stage) sched_yield();
}

DoomedChild::DoomedChild(absl::FunctionRef<void()> body) {
  process_ = MustSucceed(fork(), "fork");
  if (process_ != 0) return;
  body();
  while (true) pause();
}

void DoomedChild::Kill() {
  const pid_t process = std::exchange(process_, -1);
  if (process <= 0) return;
  kill(process, SIGKILL);
  while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace someos::multiprocessing
