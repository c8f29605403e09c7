#include "someos/api/select.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"

namespace someos {
namespace {

class SelectTest : public testing::Test {
 protected:
  void SetUp() override { unsetenv(kPollerVariable); }
  void TearDown() override { unsetenv(kPollerVariable); }
};

TEST_F(SelectTest, EveryLinkedBackendIsFoundByItsNameAndWorks) {
  ASSERT_FALSE(LinkedBackends().empty());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  for (const Backend* backend : LinkedBackends()) {
    const absl::StatusOr<const Backend*> found = FindBackend(backend->name);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, backend);
    const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(backend->name);
    ASSERT_TRUE(poller.ok()) << poller.status();
    EXPECT_EQ((*poller)->name(), backend->name);
    ASSERT_TRUE((*poller)->Register(ends[0], Interest::kReadable, 7).ok());
    Event events[2];
    const absl::StatusOr<size_t> count = (*poller)->Wait(events, absl::InfiniteDuration());
    ASSERT_TRUE(count.ok()) << count.status();
    ASSERT_EQ(*count, 1u);
    EXPECT_EQ(events[0].fd, ends[0]);
    EXPECT_EQ(events[0].data, 7u);
  }
  close(ends[0]);
  close(ends[1]);
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
  setenv(kPollerVariable, std::string(last->name).c_str(), 1);
  const absl::StatusOr<DefaultChoice> choice = DefaultBackend();
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_EQ(choice->backend, last);
  EXPECT_EQ(choice->reason, DefaultReason::kEnvironment);
}

TEST_F(SelectTest, AnEmptyVariableMeansTheDefault) {
  setenv(kPollerVariable, "", 1);
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
  setenv(kPollerVariable, "devpoll", 1);
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
