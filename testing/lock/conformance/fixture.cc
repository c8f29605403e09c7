#include "someos/testing/lock/conformance/fixture.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/backends/memory_wait/memory_wait.h"
#include "someos/testing/clocks.h"
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
  const absl::Duration start = MonotonicNow();
  uint32_t now;
  while ((now = shared_->stage.load(std::memory_order_acquire)) < stage) {
    ASSERT_LT(MonotonicNow() - start, absl::Minutes(2)) << "nothing has happened";
    memory_wait::SleepWhile(shared_->stage, now, absl::Minutes(2));
  }
  EXPECT_EQ(now, stage);
}

void SharedLockConformanceTest::SetStage(uint32_t stage) const {
  shared_->stage.store(stage, std::memory_order_release);
  memory_wait::WakeAll(shared_->stage);
}

}  // namespace someos::multiprocessing
