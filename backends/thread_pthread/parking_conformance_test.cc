#include <atomic>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/threads.h"
#include "someos/backends/thread_pthread/core.h"
#include "someos/backends/thread_pthread/parking.h"
#include "someos/testing/threading/conformance.h"

namespace someos {
namespace {

struct ParkingCore : thread_pthread::Core {
  static thread_base::WaitEnd Wait(std::atomic<uint32_t>& word, uint32_t expected,
                                   base::Deadline& deadline,
                                   const thread_base::Operation& /*operation*/) {
    return thread_pthread::Parking::Wait(word, expected, deadline);
  }
  static void Wake(std::atomic<uint32_t>& word, int count) {
    thread_pthread::Parking::Wake(word, count);
  }
};

SOMEOS_THREAD_CONFORMANCE_TESTS(Parking, thread_base::Threads<ParkingCore>);

}  // namespace
}  // namespace someos
