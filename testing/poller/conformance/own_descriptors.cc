// Promise 9, continued: a poller's own descriptors are close-on-exec on every path that opens some.

#include <set>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/interest.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::IsEmpty;

// The descriptors that are open now, were not `before`, and would stay open in another program.
std::set<int> InheritedSince(const std::set<int>& before) {
  std::set<int> inherited;
  for (const int fd : OpenDescriptors()) {
    if (before.count(fd) == 0 && !IsCloseOnExec(fd)) inherited.insert(fd);
  }
  return inherited;
}

// Some kernels go on with a closed file while a duplicate of it is open, and cannot be told to stop
// but by a new kernel object.
TEST_P(ForkTest, WhatReplacesTheKernelObjectIsCloseOnExec) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: leaves descriptors of its own open to an exec";
  DestroyPoller();
  const std::set<int> before = OpenDescriptors();
  const auto replacing = NewPoller();
  Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_TRUE(replacing->Register(fd, Interest::kReadable).ok());
  const ScopedFd duplicate = Duplicate(fd);
  pipe.reader.reset();
  EXPECT_TRUE(replacing->Unregister(fd).ok());
  WriteText(pipe.writer.get(), "x");
  Event event;
  EXPECT_EQ(replacing->Wait({&event, 1}, absl::Milliseconds(1)).value_or(9), 0u);
  std::set<int> inherited = InheritedSince(before);
  inherited.erase(duplicate.get());  // dup(2) clears the flag
  EXPECT_THAT(inherited, IsEmpty());
}

TEST_P(ForkTest, WhatARegistrationOpensIsCloseOnExec) {
  const SocketPair pair;
  const TcpPair tcp;
  const Pipe pipe;
  const ScopedFd file = TemporaryFile();
  WaitNow();  // may set up what later ones use
  const std::set<int> before = OpenDescriptors();
  for (const int fd : {pair.near.get(), tcp.near.get(), pipe.reader.get(), pipe.writer.get()}) {
    Register(fd, Interest::kReadable);
    Modify(fd, kReadAndWrite);
    EXPECT_THAT(InheritedSince(before), IsEmpty()) << "fd " << fd;
  }
  Register(file.get(), kReadAndWrite);
  WaitReady();
  EXPECT_THAT(InheritedSince(before), IsEmpty());
}

}  // namespace
}  // namespace someos
