// One script of a poller's life, run again and again: with every system call of it failing once
// with every errno that its man page names, those of the backend's mechanism (see FaultyBackend)
// and those of the C library beside them (c_library.h). Whatever fails, the poller's state and that
// of a model which believes what the calls returned must be the same in the end.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

// Long enough for what is ready, and not long for what cannot come because its registration failed.
constexpr absl::Duration kShort = absl::Milliseconds(2);

// Calls the library by `function`.
template <typename Function>
auto Call(Function function) {
  const LibraryCall call;
  return function();
}

class Script {
 public:
  Script(const FaultyBackend& backend, const FaultPlan& plan, const Fault& fault)
      : backend_(backend), plan_(plan), fault_(fault) {}

  void Run() {
    absl::StatusOr<std::unique_ptr<Poller>> created = Call([&] { return backend_.create({}); });
    ExpectClear("create", created.status());
    EXPECT_TRUE(created.ok() || !fault_.absorbed) << created.status();
    if (!created.ok()) return;
    poller_ = *std::move(created);
    Live();
    Settle();
    Call([&] {
      poller_ = nullptr;
      return 0;
    });
  }

 private:
  // A registration, as far as what the calls have returned makes one.
  struct Known {
    Interest interest;
    Trigger trigger;
    uint64_t data;
    bool fired = false;
    // The kernel has said about this number what it says about one that names another file.
    bool disowned = false;
  };

  void Live() {
    const Trigger edge = poller_->capabilities().edge ? Trigger::kEdge : Trigger::kLevel;
    const int level = level_.reader.get(), socket = sockets_.near.get();
    Register(level, Interest::kReadable, Trigger::kLevel);
    WriteText(level_.writer.get(), "x");
    Wait(kShort);
    Register(socket, kReadAndWrite, Trigger::kOneShot);
    Register(edge_.reader.get(), Interest::kReadable, edge);
    WriteText(edge_.writer.get(), "x");
    Wait(absl::ZeroDuration());
    Modify(level, Interest::kNone, Trigger::kLevel);
    RegisterAgain(level);
    Wait(absl::ZeroDuration());
    Modify(socket, Interest::kReadable, Trigger::kOneShot);
    WriteText(sockets_.far.get(), "x");
    Wait(absl::Milliseconds(1));
    Modify(level, kReadAndWrite, Trigger::kLevel);
    WaitBesideARegularFile();
    ReuseANumber();
    CloseWithADuplicate();
    Wake();
    Wait(kShort);
    TakeError(socket);
    Unregister(edge_.reader.get());
    Register(edge_.reader.get(), Interest::kReadable, edge);
    Modify(socket, kReadAndWrite, Trigger::kLevel);
    Wait(absl::Milliseconds(1));
  }

  void WaitBesideARegularFile() {
    Register(file_.get(), Interest::kReadable, Trigger::kLevel);
    Wait(kShort);
    Unregister(file_.get());
  }

  // The number of a registration comes to name another file, and is registered anew.
  void ReuseANumber() {
    const int fd = reused_.reader.get();
    Register(fd, Interest::kReadable, Trigger::kLevel);
    MustSucceed(dup2(later_.reader.get(), fd), "dup2");
    const bool was_known = known_.erase(fd) != 0;
    Register(fd, Interest::kReadable, Trigger::kLevel);
    // Refused, it may still have the old registration, of which nothing is to be heard.
    if (was_known && known_.count(fd) == 0) poller_->Unregister(fd).IgnoreError();
  }

  // epoll(7) goes on reporting such a file, and cannot be told to stop.
  void CloseWithADuplicate() {
    Pipe pipe;
    const int fd = pipe.reader.get();
    Register(fd, Interest::kReadable, Trigger::kLevel);
    const ScopedFd duplicate = Duplicate(fd);
    pipe.reader.reset();
    Unregister(fd);
    WriteText(pipe.writer.get(), "x");
    Wait(absl::Milliseconds(1));
    Wait(absl::ZeroDuration());
  }

  // A failure says what failed, and by which errno.
  void ExpectClear(absl::string_view operation, const absl::Status& status) {
    if (status.ok()) return;
    EXPECT_NE(ErrnoOf(status), 0) << status;
    EXPECT_TRUE(absl::StartsWith(status.message(), operation)) << status;
  }

  void Register(int fd, Interest interest, Trigger trigger) {
    const absl::Status status =
        Call([&] { return poller_->Register(fd, interest, ++data_, trigger); });
    ExpectClear(absl::StrCat("register fd ", fd), status);
    if (status.ok()) known_[fd] = {interest, trigger, data_};
  }

  void RegisterAgain(int fd) {
    const absl::Status status =
        Call([&] { return poller_->Register(fd, Interest::kReadable, ++data_); });
    ExpectClear(absl::StrCat("register fd ", fd), status);
    if (!status.ok()) return;
    // Unless the first time was in vain, or the kernel took the number for another file's.
    EXPECT_TRUE(known_.count(fd) == 0 || (plan_.done() && SaysOtherFile())) << "registered twice";
    known_[fd] = {Interest::kReadable, Trigger::kLevel, data_};
  }

  void Modify(int fd, Interest interest, Trigger trigger) {
    const absl::Status status =
        Call([&] { return poller_->Modify(fd, interest, ++data_, trigger); });
    ExpectClear(absl::StrCat("modify fd ", fd), status);
    if (!status.ok()) return;
    EXPECT_EQ(known_.count(fd), 1u) << "modified what is not registered";
    known_[fd] = {interest, trigger, data_};
  }

  void Unregister(int fd) {
    const absl::Status status = Call([&] { return poller_->Unregister(fd); });
    if (known_.erase(fd) == 1) {
      EXPECT_THAT(status, Succeeds());
    } else {
      EXPECT_THAT(status, FailsWithErrno(ENOENT, "unregister fd"));
    }
  }

  void Wake() {
    const absl::Status status = Call([&] { return poller_->Wake(); });
    ExpectClear("wake", status);
    wakes_ += status.ok() ? 1 : 0;
  }

  void TakeError(int fd) {
    const absl::StatusOr<int> error = Call([&] { return poller_->TakeError(fd); });
    ExpectClear(absl::StrCat("take error of fd ", fd), error.status());
    if (error.ok()) EXPECT_EQ(*error, 0);
  }

  bool SaysOtherFile() const {
    return fault_.error == EBADF || fault_.error == ENOENT || fault_.error == EPERM;
  }

  void Wait(absl::Duration timeout) {
    const bool fault_to_come = !plan_.done();
    Event events[16];
    const absl::StatusOr<size_t> count = Call([&] { return poller_->Wait(events, timeout); });
    if (!count.ok()) EXPECT_THAT(count, FailsWithErrno(fault_.error, "wait"));
    if (fault_to_come && plan_.done() && SaysOtherFile()) Disown(plan_.failed_fd());
    for (size_t i = 0; i < count.value_or(0); ++i) Take(events[i]);
  }

  void Disown(int fd) {
    const auto known = known_.find(fd);
    if (known != known_.end()) known->second.disowned = true;
  }

  void Take(const Event& event) {
    const auto known = known_.find(event.fd);
    ASSERT_TRUE(known != known_.end()) << "not registered: " << absl::StrCat(event);
    EXPECT_EQ(event.data, known->second.data) << absl::StrCat(event);
    EXPECT_FALSE(known->second.fired) << "fired twice: " << absl::StrCat(event);
    EXPECT_NE(event.readiness, Readiness::kNone);
    EXPECT_EQ(event.readiness & static_cast<Readiness>(known->second.interest), event.readiness);
    if (known->second.trigger == Trigger::kOneShot) known->second.fired = true;
    reported_.insert(event.fd);
  }

  // All that is registered becomes ready, is reported, and is unregistered.
  void Settle() {
    ExpectAllRegistered();
    for (const int fd :
         {level_.writer.get(), edge_.writer.get(), later_.writer.get(), sockets_.far.get()}) {
      WriteText(fd, "x");
    }
    std::set<int> due;
    for (const auto& [fd, known] : known_) {
      if (!known.fired && !known.disowned && known.interest != Interest::kNone) due.insert(fd);
    }
    reported_.clear();
    for (int i = 0; i < 20 && !Includes(due); ++i) Wait(kShort);
    EXPECT_TRUE(Includes(due)) << "lost: " << testing::PrintToString(due) << ", reported were "
                               << testing::PrintToString(reported_);
    EXPECT_EQ(poller_->counters().wakes, wakes_);
    while (!known_.empty()) Unregister(known_.begin()->first);
    const uint64_t spurious = poller_->counters().spurious;
    Wait(kShort);
    EXPECT_LT(poller_->counters().spurious - spurious, 10u) << "Wait spins";
  }

  bool Includes(const std::set<int>& due) const {
    return std::includes(reported_.begin(), reported_.end(), due.begin(), due.end());
  }

  void ExpectAllRegistered() {
    std::map<int, uint64_t> expected, found;
    for (const auto& [fd, known] : known_) expected[fd] = known.data;
    for (const Registration& one : poller_->registrations()) found[one.fd] = one.data;
    EXPECT_EQ(found, expected);
  }

  const FaultyBackend& backend_;
  const FaultPlan& plan_;
  const Fault& fault_;
  const Pipe level_, edge_, reused_, later_;
  const SocketPair sockets_;
  const ScopedFd file_ = TemporaryFile();
  std::unique_ptr<Poller> poller_;
  std::map<int, Known> known_;
  std::set<int> reported_;
  uint64_t data_ = 0;
  uint64_t wakes_ = 0;
};

TEST_P(SweepFaultTest, NothingIsLostOrLeaked) {
  if (OverLibkqueue() && fault().call == "fstat") {
    GTEST_SKIP() << "the emulation takes a file that it cannot identify for a closed one";
  }
  DestroyPoller();
  // Once without a fault, which also sets up what is set up for good.
  Script(backend(), plan(), fault()).Run();
  if (plan().calls(fault().call) == 0) GTEST_SKIP() << "this backend makes no such call";
  // And once with it: what is done instead may be counted by the plan for the first time.
  plan().Fail(fault().call, fault().error);
  Script(backend(), plan(), fault()).Run();
  plan().Clear();
  const std::set<int> descriptors = OpenDescriptors();
  bool happened = true;
  for (int nth = 1; happened && !HasFailure(); ++nth) {
    SCOPED_TRACE(testing::Message() << "call " << nth);
    const ptrdiff_t memory = LiveAllocations();
    plan().Fail(fault().call, fault().error, nth);
    Script(backend(), plan(), fault()).Run();
    happened = plan().done();
    plan().Clear();
    EXPECT_EQ(LiveAllocations(), memory);
    ExpectSameDescriptors(descriptors);
  }
}

}  // namespace
}  // namespace someos
