// A rebuild after a fork that fails: it can be done again, and loses no more than it says.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/child_process.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/faulty_backend.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

// Nothing if `status` is a failure with `error` whose message begins with `operation`. These
// complaints are for children, where GoogleTest's assertions are not heard.
std::string ComplainUnless(int error, absl::string_view operation, const absl::Status& status) {
  if (ErrnoOf(status) == error && absl::StartsWith(status.message(), operation)) return "";
  return absl::StrCat("instead of ", ErrnoName(error), " of ", operation, ": ", status.ToString(),
                      "\n");
}

std::string ComplainUnlessOk(absl::string_view call, const absl::Status& status) {
  return status.ok() ? "" : absl::StrCat(call, ": ", status.ToString(), "\n");
}

std::string ComplainUnlessRefused(Poller& poller) {
  const absl::Status status = poller.Wake();
  if (absl::IsFailedPrecondition(status)) return "";
  return absl::StrCat("wake before the rebuild: ", status.ToString(), "\n");
}

// Nothing if a Wait reports `fd` alone, as readable and with `data`.
std::string ComplainUnlessReadable(Poller& poller, int fd, uint64_t data) {
  Event events[8];
  const absl::StatusOr<size_t> count = poller.Wait(events, kPatience);
  if (!count.ok()) return ComplainUnlessOk("wait", count.status());
  if (*count == 1 && events[0].fd == fd && events[0].readable() && events[0].data == data) {
    return "";
  }
  return absl::StrCat("instead of fd ", fd, ": ", *count, " events, first ", events[0], "\n");
}

std::string ComplainUnlessSame(const std::set<int>& before) {
  return OpenDescriptors() == before ? "" : "other descriptors are open than before\n";
}

// How many of a poller's descriptors a child does not have. kqueue(2): "The queue is not inherited
// by a child created with fork(2)."
size_t NotInherited(const FaultyBackend& backend) {
  return backend.backend->implementation == "kqueue(2)" ? 1 : 0;
}

TEST_P(ForkFaultTest, ARebuildThatFailsCanBeDoneAgain) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  WriteText(pipe.writer.get(), "x");
  if (backend().creations.empty()) GTEST_SKIP() << "none of its calls can fail";
  for (const Fault& fault : backend().creations) {
    SCOPED_TRACE(testing::Message() << fault.call << ": " << ErrnoName(fault.error));
    EXPECT_EQ(RunInChild([&] {
                const std::set<int> before = OpenDescriptors();
                plan().Fail(fault.call, fault.error);
                std::string problems = ComplainUnless(fault.error, "", poller().RebuildAfterFork());
                // A queue that libkqueue made in a child stays open.
                if (!OverLibkqueue()) problems += ComplainUnlessSame(before);
                problems += ComplainUnlessRefused(poller());
                problems += ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
                problems += ComplainUnlessReadable(poller(), pipe.reader.get(), 7);
                return problems;
              }),
              "");
  }
}

TEST_P(ForkFaultTest, ARebuildWithoutDescriptorsCanBeDoneAgain) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  WriteText(pipe.writer.get(), "x");
  EXPECT_EQ(RunInChild([&] {
              const std::set<int> before = OpenDescriptors();
              std::string problems;
              absl::Status status;
              int free = 0;
              for (; free < 16; ++free) {
                const DescriptorBudget budget(free);
                status = poller().RebuildAfterFork();
                if (status.ok()) break;
                problems += ComplainUnless(EMFILE, "", status);
                problems += ComplainUnlessRefused(poller());
              }
              if (free == 0) problems += "a rebuild needs descriptors\n";
              problems += ComplainUnlessOk("rebuild", status);
              problems += ComplainUnlessReadable(poller(), pipe.reader.get(), 7);
              // The poller's own have taken the place of the parent's, as far as there were any.
              const size_t expected = before.size() + NotInherited(backend());
              if (!OverLibkqueue() && OpenDescriptors().size() != expected) {
                problems += absl::StrCat(OpenDescriptors().size(), " descriptors instead of ",
                                         expected, "\n");
              }
              return problems;
            }),
            "");
}

TEST_P(ForkFaultTest, ARebuildThatFailsDoesNotHideWhatIsLost) {
  Pipe lost;
  const Pipe pipe;
  const int fd = lost.reader.get();
  Register(fd, Interest::kReadable, 1);
  Register(pipe.reader.get(), Interest::kReadable, 2);
  WriteText(pipe.writer.get(), "x");
  EXPECT_EQ(RunInChild([&] {
              lost.reader.reset();
              std::string problems;
              {
                const DescriptorBudget budget(0);
                problems += ComplainUnless(EMFILE, "", poller().RebuildAfterFork());
              }
              problems +=
                  ComplainUnless(EBADF, absl::StrCat("rebuild after fork: register fd ", fd, ": "),
                                 poller().RebuildAfterFork());
              problems += ComplainUnlessReadable(poller(), pipe.reader.get(), 2);
              return problems;
            }),
            "");
}

TEST_P(ForkFaultTest, ARegistrationThatFailsIsTheOnlyOneLost) {
  const Pipe first, second;
  const int lost = first.reader.get();
  Register(lost, Interest::kReadable, 1);
  Register(second.reader.get(), Interest::kReadable, 2);
  for (const Pipe* pipe : {&first, &second}) WriteText(pipe->writer.get(), "x");
  if (backend().registrations.empty()) GTEST_SKIP() << "none of its calls can fail";
  for (const Fault& fault : backend().registrations) {
    SCOPED_TRACE(testing::Message() << fault.call << ": " << ErrnoName(fault.error));
    EXPECT_EQ(RunInChild([&] {
                // After the wake channel's, in the order of the descriptors.
                plan().Fail(fault.call, fault.error, 2);
                std::string problems = ComplainUnless(
                    fault.error, absl::StrCat("rebuild after fork: register fd ", lost, ": "),
                    poller().RebuildAfterFork());
                problems += ComplainUnlessReadable(poller(), second.reader.get(), 2);
                problems += ComplainUnless(ENOENT, "unregister fd", poller().Unregister(lost));
                ReadAvailable(second.reader.get());
                problems +=
                    ComplainUnlessOk("register", poller().Register(lost, Interest::kReadable, 3));
                problems += ComplainUnlessReadable(poller(), lost, 3);
                WriteText(second.writer.get(), "x");
                return problems;
              }),
              "");
  }
}

}  // namespace
}  // namespace someos
