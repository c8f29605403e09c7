// Python's module as a user of the facade meets it: what is there in this build, and that it works.

#include <optional>
#include <string>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/constant.h"
#include "someos/api/linked_pollers.h"
#include "someos/api/select.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

// A pipe with something to read.
struct FullPipe : Pipe {
  FullPipe() { WriteText(writer.get(), "x"); }
  int fileno() const { return reader.get(); }
};

// Windows has no pipes that select() takes, and so no PIPE_BUF.
#if SOMEOS_LINKS_SELECT && !defined(_WIN32)
static_assert(FindConstant("PIPE_BUF") == kPipeBuf);
#else
static_assert(!FindConstant("PIPE_BUF").has_value());
#endif

#if SOMEOS_LINKS_SELECT
TEST(Module, Select) {
  const FullPipe pipe;
  const auto ready = Select({pipe.fileno()}, {}, {});
  ASSERT_THAT(ready, Succeeds());
  const auto& [readable, writable, exceptional] = *ready;
  ASSERT_EQ(readable.size(), 1u);
  EXPECT_EQ(readable[0], pipe.fileno());
  EXPECT_TRUE(writable.empty() && exceptional.empty());
}
#endif

#if SOMEOS_LINKS_POLL
static_assert(FindConstant("POLLIN") == kPollIn);

TEST(Module, Poll) {
  const FullPipe pipe;
  Poll poll;
  ASSERT_THAT(poll.Register(pipe, kPollIn), Succeeds());
  const auto events = poll.Wait();
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0], (PollEvent{pipe.fileno(), kPollIn}));
}
#else
static_assert(!FindConstant("POLLIN").has_value());
#endif

#if SOMEOS_LINKS_EPOLL
static_assert(FindConstant("EPOLLET") == 0x80000000);

TEST(Module, Epoll) {
  const FullPipe pipe;
  auto epoll = Epoll::Create();
  ASSERT_THAT(epoll, Succeeds());
  ASSERT_THAT(epoll->Register(pipe, kEpollIn), Succeeds());
  const auto events = epoll->Poll();
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0], (EpollEvent{pipe.fileno(), kEpollIn}));
}
#else
static_assert(!FindConstant("EPOLLIN").has_value());
#endif

#if SOMEOS_LINKS_KQUEUE
static_assert(FindConstant("KQ_EV_ADD") == 1);

TEST(Module, Kqueue) {
  const FullPipe pipe;
  auto kqueue = Kqueue::Create();
  ASSERT_THAT(kqueue, Succeeds());
  const Kevent change(pipe.fileno(), kKqFilterRead);
  const auto events = kqueue->Control({change}, 1);
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ((*events)[0].ident, static_cast<uintptr_t>(pipe.fileno()));
  EXPECT_EQ((*events)[0].data, 1);
}
#else
static_assert(!FindConstant("KQ_EV_ADD").has_value());
#endif

TEST(Module, ConstantsAreFoundByName) {
  for (const absl::Span<const Constant> constants : kConstants) {
    for (const Constant& constant : constants) {
      EXPECT_EQ(FindConstant(constant.name), constant.value) << constant.name;
    }
  }
  EXPECT_EQ(FindConstant("POLLOX"), std::nullopt);
  EXPECT_EQ(FindConstant(""), std::nullopt);
}

}  // namespace
}  // namespace someos::select
