// The contract but for promise 8, on pollers whose calls do not overlap, in a program with threads:
// without locks, that is.

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateSynchronized(const PollerOptions& options) {
  PollerOptions synchronized = options;
  synchronized.externally_synchronized = true;
  return EpollPoller::Create(synchronized);
}

const Backend& SynchronizedBackend() {
  static constexpr Backend kBackend = {"epoll", "epoll(7), externally synchronized",
                                       CreateSynchronized, [] { return EpollBackend().limits(); }};
  return kBackend;
}

// Until a program has had a second thread, it takes no locks anyway.
class HadAThread : public testing::Environment {
  void SetUp() override {
    std::thread([] {}).join();
  }
};

const testing::Environment* const kHadAThread = testing::AddGlobalTestEnvironment(new HadAThread);

SOMEOS_SINGLE_CALLER_CONFORMANCE_TESTS(Synchronized, SynchronizedBackend);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ThreadsTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ForkDuringWaitTest);

}  // namespace
}  // namespace someos
