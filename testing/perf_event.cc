#include "someos/testing/perf_event.h"

#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "absl/time/time.h"
#include "someos/testing/clocks.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

// A page of state, and one for samples.
size_t BufferSize() {
  return 2 * static_cast<size_t>(MustSucceed(sysconf(_SC_PAGESIZE), "sysconf"));
}

}  // namespace

PerfEvent::PerfEvent() {
  perf_event_attr attributes = {};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.sample_period = 100'000;  // nanoseconds
  attributes.wakeup_events = 1;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;  // what a user without rights may measure
  attributes.exclude_hv = 1;
  file_ = ScopedFd(
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
  if (file_.get() < 0) return;
  void* const buffer =
      mmap(nullptr, BufferSize(), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (buffer != MAP_FAILED) buffer_ = buffer;
}

PerfEvent::~PerfEvent() {
  if (buffer_ != nullptr) munmap(buffer_, BufferSize());
}

bool PerfEvent::Raise() const {
  const volatile auto& head = static_cast<perf_event_mmap_page*>(buffer_)->data_head;
  const auto before = head;
  MustSucceed(ioctl(file_.get(), PERF_EVENT_IOC_ENABLE, 0), "ioctl");
  const absl::Duration end = MonotonicNow() + absl::Seconds(10);
  while (head == before && MonotonicNow() < end) {
  }
  MustSucceed(ioctl(file_.get(), PERF_EVENT_IOC_DISABLE, 0), "ioctl");
  return head != before;
}

}  // namespace someos
#else
namespace someos {

PerfEvent::PerfEvent() = default;
PerfEvent::~PerfEvent() = default;
bool PerfEvent::Raise() const { return false; }

}  // namespace someos
#endif
