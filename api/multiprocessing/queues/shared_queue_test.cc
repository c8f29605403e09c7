#include "someos/api/multiprocessing/queues/shared_queue.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/api/multiprocessing/synchronize/shared_locks.h"
#include "someos/testing/clocks.h"
#include "someos/testing/doomed_child.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// Long enough for any machine; a queue that is wedged fails by it.
constexpr absl::Duration kLong = absl::Seconds(100);

// Where the memory has the ring's end, and its bytes.
constexpr size_t kTail = 64 + 2 * kSharedLockSize;
constexpr size_t kBytes = kTail + 192;

auto IsFull() {
  return FailsWithCode(absl::StatusCode::kDeadlineExceeded, "send to a shared queue: it is full");
}
auto IsEmpty() {
  return FailsWithCode(absl::StatusCode::kDeadlineExceeded,
                       "receive from a shared queue: it is empty");
}

// A message of 64 bytes that is wrong if it is put together of two.
struct Message {
  uint32_t sender;
  uint32_t number;
  uint32_t copies[14];
};
Message Made(uint32_t sender, uint32_t number) {
  Message message = {sender, number, {}};
  for (uint32_t& copy : message.copies) copy = sender ^ number;
  return message;
}
void ExpectWhole(const Message& message) {
  for (const uint32_t copy : message.copies) {
    ASSERT_EQ(copy, message.sender ^ message.number) << message.sender;
  }
}

TEST(SharedQueueTest, MessagesComeInOrder) {
  auto queue = SharedQueue<int>::Create(3);
  ASSERT_THAT(queue, Succeeds());
  EXPECT_EQ(queue->capacity(), 3u);
  EXPECT_EQ(queue->size(), 0u);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_THAT(queue->Send(3 * round + i), Succeeds());
    EXPECT_EQ(queue->size(), 3u);
    EXPECT_THAT(queue->Send(7, absl::ZeroDuration()), IsFull());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(*queue->Receive(), 3 * round + i);
    EXPECT_THAT(queue->Receive(absl::ZeroDuration()), IsEmpty());
  }
}

TEST(SharedQueueTest, ByteStringsKeepTheirLengths) {
  auto queue = SharedBytesQueue::Create(100);
  ASSERT_THAT(queue, Succeeds());
  EXPECT_TRUE(queue->empty());
  for (size_t length = 0; length <= 96; ++length) {
    const std::string message(length, static_cast<char>(length));
    ASSERT_THAT(queue->Send(message), Succeeds());
    EXPECT_FALSE(queue->empty());
    if (length > 92) EXPECT_THAT(queue->Send("", absl::ZeroDuration()), IsFull());
    EXPECT_EQ(*queue->Receive(), message);
  }
  EXPECT_THAT(queue->Send(std::string(97, 'x')),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "shared queue: a message of 97 bytes does not fit into 100"));
  EXPECT_THAT(queue->Receive(absl::ZeroDuration()), IsEmpty());
}

TEST(SharedQueueTest, WaitsUntilItsTimeout) {
  auto queue = SharedQueue<int>::Create(1);
  const absl::Duration start = MonotonicNow();
  const absl::Duration processor_start = ProcessorTime();
  EXPECT_THAT(queue->Receive(absl::Milliseconds(250)), IsEmpty());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(250));
  EXPECT_THAT(queue->Send(1), Succeeds());
  EXPECT_THAT(queue->Send(2, absl::Milliseconds(250)), IsFull());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(500));
  EXPECT_LT(ProcessorTime() - processor_start, absl::Milliseconds(400)) << "it does not sleep";
  EXPECT_THAT(queue->Receive(-absl::Seconds(1)), Succeeds());
}

// Of those that wait, one is in the queue and one at its lock.
TEST(SharedQueueTest, AllThatWaitAreWoken) {
  auto queue = SharedQueue<int>::Create(1);
  std::vector<std::thread> receivers;
  std::atomic<int> sum{0};
  for (const absl::Duration timeout : {kLong, absl::InfiniteDuration(), kLong}) {
    receivers.emplace_back([&, timeout] {
      const absl::StatusOr<int> received = queue->Receive(timeout);
      ASSERT_THAT(received, Succeeds());
      sum += *received;
    });
  }
  ExpectInChild([&] {
    for (const int message : {1, 10, 100}) EXPECT_THAT(queue->Send(message, kLong), Succeeds());
  });
  for (std::thread& receiver : receivers) receiver.join();
  EXPECT_EQ(sum, 111);
}

// Each message is received once, and those of a sender in order by each receiver.
TEST(SharedQueueTest, ProcessesAndThreadsSendAndReceive) {
  constexpr uint32_t kSenders = 3;
  constexpr uint32_t kMessages = 5000;
  auto queue = SharedQueue<Message>::Create(7);
  const auto send = [&](uint32_t sender) {
    for (uint32_t i = 1; i <= kMessages; ++i) {
      ASSERT_THAT(queue->Send(Made(sender, i), kLong), Succeeds());
    }
  };
  std::atomic<uint32_t> received{0};
  std::atomic<uint64_t> sum{0};
  const auto receive = [&] {
    uint32_t last[kSenders] = {};
    while (received++ < kSenders * kMessages) {
      const absl::StatusOr<Message> message = queue->Receive(kLong);
      ASSERT_THAT(message, Succeeds());
      ExpectWhole(*message);
      EXPECT_GT(message->number, last[message->sender]);
      last[message->sender] = message->number;
      sum += message->number;
    }
  };
  // TSan does not see that a thread is synchronised with another one of its process by way of a
  // third in another process, as here: what the child has learnt of the receivers, it passes on.
#ifdef ABSL_HAVE_THREAD_SANITIZER
  std::thread first([&] { send(0); });
  std::thread second([&] { send(1); });
#else
  std::thread first([&] { ExpectInChild([&] { send(0); }); });
  std::thread second([&] { ExpectInChild([&] { send(1); }); });
#endif
  std::thread third([&] { send(2); });
  std::thread receiver(receive);
  receive();
  for (std::thread* thread : {&first, &second, &third, &receiver}) thread->join();
  EXPECT_EQ(sum, uint64_t{kSenders} * kMessages * (kMessages + 1) / 2);
  EXPECT_EQ(queue->size(), 0u);
}

TEST(SharedQueueTest, IsOpenedByNameAndByDescriptor) {
  SharedQueueOptions options;
  options.name = absl::StrCat("someos_queue_", absl::ToInt64Nanoseconds(MonotonicNow()));
  auto named = SharedQueue<Message>::Create(5, options);
  ASSERT_THAT(named, Succeeds());
  ExpectInChild([&] {
    auto opened = SharedQueue<Message>::Open(*SharedMemory::Attach(*options.name));
    ASSERT_THAT(opened, Succeeds());
    EXPECT_EQ(opened->capacity(), 5u);
    EXPECT_THAT(opened->Send(Made(1, 2)), Succeeds());
  });
  ExpectWhole(*named->Receive(kLong));
  EXPECT_THAT(named->Unlink(), Succeeds());
  EXPECT_FALSE(SharedMemory::Attach(*options.name).ok());

  auto queue = SharedBytesQueue::Create(100);
  ExpectInChild([&] {
    auto opened = SharedBytesQueue::Open(*SharedMemory::OfDescriptor(queue->memory().descriptor()));
    ASSERT_THAT(opened, Succeeds());
    EXPECT_THAT(opened->Send("from a child"), Succeeds());
  });
  EXPECT_EQ(*queue->Receive(kLong), "from a child");
}

TEST(SharedQueueTest, NothingIsLeftOfOneThatIsGone) {
  const std::set<int> before = OpenDescriptors();
  std::string name;
  {
    SharedQueueOptions options;
    options.name = absl::StrCat("someos_queue_", absl::ToInt64Nanoseconds(MonotonicNow()));
    name = *options.name;
    auto queue = SharedBytesQueue::Create(100, options);
    ASSERT_THAT(queue, Succeeds());
    EXPECT_THAT(SharedBytesQueue::Create(100, options),
                FailsWithErrno(EEXIST, "create shared memory"));
  }
  EXPECT_THAT(SharedMemory::Attach(name), FailsWithErrno(ENOENT, "attach to shared memory"));
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

TEST(SharedQueueTest, WhatIsNoQueueIsNotOpened) {
  const auto unusable = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kFailedPrecondition, message);
  };
  const auto opened = [](const SharedMemory& memory) {
    return SharedQueue<Message>::Open(*SharedMemory::OfDescriptor(memory.descriptor())).status();
  };
  for (const int64_t size : {1, 4096}) {
    EXPECT_THAT(opened(*SharedMemory::CreateAnonymous(size)),
                unusable("shared queue: there is none in this memory"));
  }
  EXPECT_THAT(opened(SharedQueue<int>::Create(5)->memory()),
              unusable("shared queue: its messages have 4 bytes, not 64 (0: any size)"));
  auto queue = SharedQueue<Message>::Create(1000);
  EXPECT_THAT(opened(queue->memory()), Succeeds());
  // Each of the header's bytes, overwritten, is noticed or makes no difference.
  for (int i = 0; i < 64; ++i) {
    char& byte = queue->memory().buf()[i];
    const char before = std::exchange(byte, '\x55');
    static_cast<void>(opened(queue->memory()));
    byte = '\0';
    static_cast<void>(opened(queue->memory()));
    byte = before;
  }
}

TEST(SharedQueueTest, CapacitiesAreChecked) {
  const auto invalid = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, message);
  };
  EXPECT_THAT(SharedQueue<int>::Create(0), invalid("shared queue: its capacity must be 1 or more"));
  EXPECT_THAT(SharedBytesQueue::Create(0), invalid("shared queue: its capacity must be 1 or more"));
  EXPECT_THAT(SharedQueue<Message>::Create(SIZE_MAX / 32),
              invalid("shared queue: its capacity is too great"));
  SharedQueueOptions options;
  options.lock = "none";
  EXPECT_THAT(SharedQueue<int>::Create(1, options), FailsWithCode(absl::StatusCode::kNotFound, ""));
}

TEST(SharedQueueTest, ALengthThatCannotBeIsAnError) {
  auto queue = SharedBytesQueue::Create(64);
  ASSERT_THAT(queue->Send("0123"), Succeeds());
  char* const length = queue->memory().buf().data() + kBytes;
  ASSERT_EQ(*length, 4);
  *length = 5;
  EXPECT_THAT(queue->Receive(), FailsWithCode(absl::StatusCode::kDataLoss,
                                              "shared queue: its memory has been overwritten"));
  *length = 4;
  EXPECT_EQ(*queue->Receive(), "0123");
}

// The environment may ask for more.
int Kills() {
  int kills = 100;
  const char* const wanted = std::getenv("LOCK_KILLS");
  if (wanted != nullptr && !absl::SimpleAtoi(wanted, &kills)) kills = 0;
  return kills;
}

bool OwnersDeathIsNoticed() {
  auto memory = SharedMemory::CreateAnonymous(kSharedLockSize);
  return (*CreateSharedLock(memory->buf()))->capabilities().owner_death;
}

// Senders and receivers are killed at any moment; after each, messages are whole, in order, and the
// queue goes on.
TEST(SharedQueueTest, KillsAtAnyMomentWedgeNothing) {
  if (!OwnersDeathIsNoticed()) GTEST_SKIP() << "the locks stay locked";
  const auto kills = static_cast<uint32_t>(Kills());
  ASSERT_GT(kills, 0u) << "LOCK_KILLS is no number";
  const std::set<int> before = OpenDescriptors();
  {
    auto queue = SharedQueue<Message>::Create(5);
    auto bytes = SharedBytesQueue::Create(300);
    for (uint32_t kill = 1; kill <= kills; ++kill) {
      DoomedChild sender([&] {
        for (uint32_t i = 1;; ++i) {
          if (!queue->Send(Made(kill, i)).ok()) _exit(1);
          if (!bytes->Send(std::string(i % 80, static_cast<char>(i % 80))).ok()) _exit(1);
        }
      });
      DoomedChild receiver([&] {
        while (true) {
          const absl::StatusOr<Message> message = queue->Receive();
          if (!message.ok() || message->copies[13] != (message->sender ^ message->number)) {
            _exit(1);
          }
          if (!bytes->Receive().ok()) _exit(1);
        }
      });
      // Once they are at it, and a little later each time.
      for (uint32_t i = 0; i < 1 + kill % 7; ++i) {
        const absl::StatusOr<Message> message = queue->Receive(kLong);
        ASSERT_THAT(message, Succeeds()) << "after " << kill << " kills";
        ASSERT_NO_FATAL_FAILURE(ExpectWhole(*message));
        const absl::StatusOr<std::string> text = bytes->Receive(kLong);
        ASSERT_THAT(text, Succeeds()) << "after " << kill << " kills";
        for (const char byte : *text) ASSERT_EQ(byte, static_cast<char>(text->size()));
      }
      (kill % 2 == 0 ? sender : receiver).Kill();
      (kill % 2 == 0 ? receiver : sender).Kill();
      // Both locks of both are free again.
      while (queue->Receive(absl::ZeroDuration()).ok()) {
      }
      while (bytes->Receive(absl::ZeroDuration()).ok()) {
      }
      ASSERT_EQ(queue->size(), 0u);
      ASSERT_THAT(queue->Send(Made(0, 0), kLong), Succeeds()) << "after " << kill << " kills";
      ASSERT_THAT(bytes->Send("", kLong), Succeeds()) << "after " << kill << " kills";
    }
  }
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

// As of a sender that is killed before it wakes a receiver that sleeps: the receiver looks again.
TEST(SharedQueueTest, AMessageWithoutAWakeIsNoticed) {
  auto queue = SharedQueue<int>::Create(1);
  std::thread receiver([&] { EXPECT_EQ(*queue->Receive(kLong), 5); });
  // What sending does, but for the wake: the bytes, and then the ring's end.
  const int message = 5;
  char* const memory = queue->memory().buf().data();
  std::memcpy(memory + kBytes, &message, sizeof(message));
  reinterpret_cast<std::atomic<uint64_t>*>(memory + kTail)->store(sizeof(message));
  receiver.join();
}

}  // namespace
}  // namespace someos::multiprocessing
