#include "someos/api/select.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/testing/environment.h"
#include "someos/testing/pipe.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

class SelectTest : public testing::Test {
 protected:
  void SetUp() override { UnsetVariable(kPollerVariable); }
  void TearDown() override { UnsetVariable(kPollerVariable); }
};

TEST_F(SelectTest, EveryLinkedBackendIsFoundByItsNameAndWorks) {
  ASSERT_FALSE(LinkedBackends().empty());
  const Pipe pipe;
  const int fd = pipe.reader.get();
  WriteText(pipe.writer.get(), "x");
  for (const Backend* backend : LinkedBackends()) {
    const absl::StatusOr<const Backend*> found = FindBackend(backend->name);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, backend);
    const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(backend->name);
    ASSERT_TRUE(poller.ok()) << poller.status();
    EXPECT_EQ((*poller)->name(), backend->name);
    ASSERT_TRUE((*poller)->Register(fd, Interest::kReadable, 7).ok());
    Event events[2];
    const absl::StatusOr<size_t> count = (*poller)->Wait(events, absl::InfiniteDuration());
    ASSERT_TRUE(count.ok()) << count.status();
    ASSERT_EQ(*count, 1u);
    EXPECT_EQ(events[0].fd, fd);
    EXPECT_EQ(events[0].data, 7u);
  }
}

TEST_F(SelectTest, TheFirstLinkedBackendIsTheDefault) {
  const absl::StatusOr<DefaultChoice> choice = DefaultBackend();
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_EQ(choice->backend, LinkedBackends().front());
  EXPECT_EQ(choice->reason, DefaultReason::kBuild);
  const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
  ASSERT_TRUE(poller.ok()) << poller.status();
  EXPECT_EQ((*poller)->name(), LinkedBackends().front()->name);
}

TEST_F(SelectTest, TheEnvironmentChoosesAmongTheLinkedBackends) {
  const Backend* const last = LinkedBackends().back();
  SetVariable(kPollerVariable, std::string(last->name));
  const absl::StatusOr<DefaultChoice> choice = DefaultBackend();
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_EQ(choice->backend, last);
  EXPECT_EQ(choice->reason, DefaultReason::kEnvironment);
}

TEST_F(SelectTest, AnEmptyVariableMeansTheDefault) {
  SetVariable(kPollerVariable, "");
  const absl::StatusOr<DefaultChoice> choice = DefaultBackend();
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_EQ(choice->backend, LinkedBackends().front());
  EXPECT_EQ(choice->reason, DefaultReason::kBuild);
}

TEST_F(SelectTest, AnUnknownNameIsAnErrorThatListsTheLinkedOnes) {
  const absl::Status status = NewPoller("devpoll").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find("\"devpoll\""), std::string::npos) << status;
  for (const Backend* backend : LinkedBackends()) {
    EXPECT_NE(status.message().find(std::string(backend->name)), std::string::npos) << status;
  }
}

TEST_F(SelectTest, AnUnknownNameInTheEnvironmentNamesTheVariable) {
  SetVariable(kPollerVariable, "devpoll");
  const absl::Status status = NewPoller().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(status.message().find(kPollerVariable), std::string::npos) << status;
}

TEST_F(SelectTest, AnEmptyNameMeansTheDefault) {
  const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller("");
  ASSERT_TRUE(poller.ok()) << poller.status();
  EXPECT_EQ((*poller)->name(), LinkedBackends().front()->name);
}

}  // namespace
}  // namespace someos
