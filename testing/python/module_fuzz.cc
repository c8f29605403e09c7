// Calls Python's functions and methods with arguments from the edges of their ranges, in any order.
// Nothing crashes, every refusal is one that Python has, and no call says what cannot be.

#include <sys/select.h>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/select.h"
#include "someos/testing/fuzz/byte_reader.h"
#include "someos/testing/pipe.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

void Check(bool holds, const absl::Status& status) {
  if (holds) return;
  std::cerr << status << std::endl;
  std::abort();
}

// A pipe with a byte in it and its other end, for all inputs.
struct World {
  World() { WriteText(full.writer.get(), "x"); }
  Pipe full;
};

class Fuzz {
 public:
  explicit Fuzz(absl::Span<const uint8_t> bytes) : reader_(bytes) {}

  void Run() {
    while (!reader_.empty()) {
      switch (reader_.Byte() % 3) {
        case 0:
          RunSelect();
          break;
        case 1:
          RunPoll();
          break;
        default:
          RunEpoll();
      }
    }
  }

 private:
  int64_t Descriptor() {
    static const World world;
    const int64_t choices[] = {world.full.reader.get(),
                               world.full.writer.get(),
                               -1,
                               0,
                               900,
                               FD_SETSIZE - 1,
                               FD_SETSIZE,
                               INT_MAX,
                               INT64_C(1) + INT_MAX,
                               INT64_MIN,
                               INT64_MAX};
    return reader_.OneOf(choices);
  }

  // None that would block for long.
  absl::Duration Timeout() {
    const absl::Duration choices[] = {absl::ZeroDuration(),
                                      absl::Nanoseconds(1),
                                      absl::Microseconds(20),
                                      absl::Milliseconds(INT64_C(1) << 31),
                                      -absl::Milliseconds(INT64_C(1) << 32),
                                      -absl::InfiniteDuration()};
    return reader_.OneOf(choices);
  }

  // What Python can raise: see api/README.md.
  static void CheckRefusal(const absl::Status& status) {
    if (status.ok()) return;
    const bool known = absl::IsInvalidArgument(status) || absl::IsOutOfRange(status) ||
                       absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
    Check(ErrnoOf(status) != 0 || known, status);
    Check(!status.message().empty(), status);
  }

  std::vector<int64_t> List() {
    std::vector<int64_t> list(reader_.Byte() % 4);
    for (int64_t& fd : list) fd = Descriptor();
    return list;
  }

  static void CheckPart(const std::vector<int64_t>& part, const std::vector<int64_t>& whole) {
    size_t at = 0;
    for (const int64_t element : part) {
      while (at < whole.size() && whole[at] != element) ++at;
      Check(at++ < whole.size(), absl::InternalError("an element that was not given"));
    }
  }

  void RunSelect() {
    const std::vector<int64_t> rlist = List(), wlist = List(), xlist = List();
    SelectOptions options;
    options.beyond_fd_setsize = reader_.Byte() % 2 == 0;
    absl::Duration timeout = Timeout();
    // Select takes the time that Poll refuses.
    if (timeout > absl::Seconds(1)) timeout = absl::Nanoseconds(INT64_MAX) * 2;
    const auto result = Select(rlist, wlist, xlist, timeout, options);
    CheckRefusal(result.status());
    if (!result.ok()) return;
    CheckPart(result->readable, rlist);
    CheckPart(result->writable, wlist);
    CheckPart(result->exceptional, xlist);
  }

  int64_t Mask() {
    const int64_t choices[] = {0,      kPollIn, kPollOut, kPollIn | kPollPri | kPollOut,
                               0xffff, 0x10000, -1,       INT64_MAX};
    return reader_.OneOf(choices);
  }

  void RunPoll() {
    Poll poll;
    std::set<int64_t> registered;
    for (int steps = reader_.Byte() % 8; steps > 0; --steps) {
      const int64_t fd = Descriptor();
      absl::Status status;
      switch (reader_.Byte() % 4) {
        case 0:
          status = poll.Register(fd, Mask());
          if (status.ok()) registered.insert(fd);
          break;
        case 1:
          status = poll.Modify(fd, Mask());
          Check(!status.ok() || registered.count(fd) > 0, status);
          break;
        case 2:
          status = poll.Unregister(fd);
          Check(status.ok() == (registered.erase(fd) > 0), status);
          break;
        default: {
          const absl::StatusOr<std::vector<PollEvent>> events = poll.Wait(Timeout());
          status = events.status();
          for (const PollEvent& event : events.value_or(std::vector<PollEvent>())) {
            Check(registered.count(event.fd) > 0 && event.events != 0, status);
          }
        }
      }
      CheckRefusal(status);
    }
  }

  void RunEpoll() {
#if SOMEOS_LINKS_EPOLL
    const int hints[] = {-1, 1, 0, -2, INT_MIN, INT_MAX};
    const int flags[] = {0, kEpollCloexec, 1, -1};
    absl::StatusOr<Epoll> epoll = Epoll::Create(reader_.OneOf(hints), reader_.OneOf(flags));
    CheckRefusal(epoll.status());
    if (!epoll.ok()) return;
    const uint32_t masks[] = {0,
                              kEpollIn,
                              kEpollIn | kEpollEt,
                              kEpollOut | kEpollOneshot,
                              kEpollExclusive | kEpollOneshot,
                              0xffffffff};
    const int rooms[] = {-1, 1, 0, -2, 1024, INT_MAX, INT_MIN};
    for (int steps = reader_.Byte() % 8; steps > 0; --steps) {
      const int64_t fd = Descriptor();
      const bool closed = epoll->closed();
      absl::Status status;
      switch (reader_.Byte() % 5) {
        case 0:
          status = epoll->Register(fd, reader_.OneOf(masks));
          break;
        case 1:
          status = epoll->Modify(fd, reader_.OneOf(masks));
          break;
        case 2:
          status = epoll->Unregister(fd);
          break;
        case 3: {
          const absl::Duration timeout = Timeout();
          status = epoll->Poll(timeout, reader_.OneOf(rooms)).status();
          break;
        }
        default:
          epoll->Close();
          continue;
      }
      CheckRefusal(status);
      Check(!closed || !status.ok(), status);
    }
#endif
  }

  ByteReader reader_;
};

}  // namespace
}  // namespace someos::select

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::select::Fuzz(absl::MakeConstSpan(data, size)).Run();
  return 0;
}
