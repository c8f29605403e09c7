#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/sharedctypes/raw_value.h"
#include "someos/api/multiprocessing/sharedctypes/synchronized.h"
#include "someos/api/multiprocessing/sharedctypes/type_code.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::ElementsAre;

struct Point {
  double x;
  double y;
};

std::string UniqueName() {
  return absl::StrCat("someos_object_", absl::ToInt64Nanoseconds(MonotonicNow()));
}

TEST(RawValueTest, AChildChangesIt) {
  auto number = RawValue<int>::Create(7);
  ASSERT_THAT(number, Succeeds());
  auto point = RawValue<Point>::Create({1, 2});
  ExpectInChild([&] {
    EXPECT_EQ(number->value(), 7);
    number->value() = 8;
    point->value().y = 2.5;
  });
  EXPECT_EQ(number->value(), 8);
  EXPECT_EQ(point->value().x, 1);
  EXPECT_EQ(point->value().y, 2.5);
  EXPECT_EQ(RawValue<double>::Create()->value(), 0);
}

TEST(RawArrayTest, AChildChangesIt) {
  auto zeros = RawArray<int64_t>::Create(3);
  ASSERT_THAT(zeros, Succeeds());
  EXPECT_THAT(zeros->values(), ElementsAre(0, 0, 0));
  auto array = RawArray<short>::Of({1, 2, 3});  // NOLINT: as in ctypes
  ExpectInChild([&] { array->values()[1] = 5; });
  EXPECT_THAT(array->values(), ElementsAre(1, 5, 3));
  auto empty = RawArray<int>::Create(0);
  ASSERT_THAT(empty, Succeeds());
  EXPECT_EQ(empty->size(), 0u);
}

TEST(RawArrayTest, IsOpenedByNameAndByDescriptor) {
  SharedObjectOptions options;
  options.name = UniqueName();
  auto named = RawArray<int>::Of({1, 2, 3}, options);
  ASSERT_THAT(named, Succeeds());
  ExpectInChild([&] {
    auto opened = RawArray<int>::Open(*SharedMemory::Attach(*options.name), 2, 4);
    ASSERT_THAT(opened, Succeeds());
    EXPECT_THAT(opened->values(), ElementsAre(2, 3));
    opened->values()[0] = 20;
    auto value = RawValue<int>::Open(*SharedMemory::OfDescriptor(named->memory().descriptor()), 8);
    ASSERT_THAT(value, Succeeds());
    value->value() = 30;
  });
  EXPECT_THAT(named->values(), ElementsAre(1, 20, 30));
}

TEST(RawArrayTest, WhatIsNotInTheMemoryIsNotOpened) {
  const SharedMemory memory = *SharedMemory::CreateAnonymous(16);
  const auto opened = [&](size_t size, uint64_t offset) {
    return RawArray<int>::Open(*SharedMemory::OfDescriptor(memory.descriptor()), size, offset)
        .status();
  };
  const auto refused = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, message);
  };
  EXPECT_THAT(opened(4, 0), Succeeds());
  EXPECT_THAT(opened(0, 16), Succeeds());
  EXPECT_THAT(opened(5, 0), refused("the object is not within its memory: 20 bytes from 0 of 16"));
  EXPECT_THAT(opened(1, 16), refused("the object is not within its memory"));
  EXPECT_THAT(opened(1, UINT64_MAX - 3), refused("the object is not within its memory"));
  EXPECT_THAT(opened(SIZE_MAX / 2, 0), refused("the object is not within its memory"));
  EXPECT_THAT(opened(1, 2), refused("the object is not aligned to 4 bytes in its memory"));
  EXPECT_THAT(RawArray<int>::Create(SIZE_MAX), refused("the object is too great for any memory"));
}

TEST(RawValueTest, ACopyIsAnotherObject) {
  auto value = RawValue<int>::Create(1);
  auto array = RawArray<int>::Of({1, 2});
  auto value_copy = Copy(*value);
  auto array_copy = Copy(*array);
  ASSERT_THAT(value_copy, Succeeds());
  ASSERT_THAT(array_copy, Succeeds());
  value->value() = 5;
  array->values()[0] = 5;
  EXPECT_EQ(value_copy->value(), 1);
  EXPECT_THAT(array_copy->values(), ElementsAre(1, 2));
}

TEST(ValueTest, ProcessesAndThreadsCount) {
  constexpr int kEach = 2000;
  auto counter = Value<int64_t>::Create(0);
  ASSERT_THAT(counter, Succeeds());
  const auto count = [&] {
    for (int i = 0; i < kEach; ++i) {
      ASSERT_THAT(counter->Update([](int64_t& value) {
        const volatile int64_t before = value;
        value = before + 1;
      }),
                  Succeeds());
    }
  };
  std::thread child([&] { ExpectInChild(count); });
  std::thread thread(count);
  count();
  child.join();
  thread.join();
  EXPECT_EQ(*counter->Get(), 3 * kEach);
  EXPECT_THAT(counter->Set(5), Succeeds());
  EXPECT_EQ(counter->object().value(), 5);
}

// What get_lock() is for: several calls that nobody interrupts.
TEST(ValueTest, TheLockMayBeHeldAroundCalls) {
  auto value = Value<int>::Create(1);
  ASSERT_TRUE(*value->lock()->Acquire());
  EXPECT_THAT(value->Set(*value->Get() + 1), Succeeds());
  ExpectInChild([&] { EXPECT_FALSE(*value->lock()->Acquire(false)); });
  EXPECT_THAT(value->lock()->Release(), Succeeds());
  EXPECT_EQ(*value->Get(), 2);
}

TEST(ValueTest, TakesALockOfTheProgram) {
  const auto lock = std::make_shared<Lock>(*Lock::Create());
  auto value = Value<Point>::Create({1, 2}, lock);
  EXPECT_EQ(value->lock(), lock);
  EXPECT_EQ(value->Get()->y, 2);
  EXPECT_TRUE(*lock->Acquire(false));  // it was released
}

TEST(ValueTest, AnotherProcessOpensObjectAndLock) {
  auto value = Value<int>::Create(1);
  const SemLock::State state = value->lock()->state();
  ExpectInChild([&] {
    auto lock = std::make_shared<SemLock>(*SemLock::Open(state));
    auto opened = Value<int>::Of(
        *RawValue<int>::Open(*SharedMemory::OfDescriptor(value->object().memory().descriptor())),
        lock);
    ASSERT_THAT(opened, Succeeds());
    EXPECT_THAT(opened->Set(2), Succeeds());
  });
  EXPECT_EQ(*value->Get(), 2);
}

TEST(ArrayTest, IsPythons) {
  auto array = Array<double>::Create({1, 2, 3});
  ASSERT_THAT(array, Succeeds());
  EXPECT_EQ(array->size(), 3u);
  ExpectInChild([&] { EXPECT_THAT(array->Set(2, 4), Succeeds()); });
  EXPECT_EQ(*array->Get(2), 4);
  EXPECT_EQ(Says(array->Get(3).status()), "IndexError: invalid index");
  EXPECT_EQ(Says(array->Set(3, 0)), "IndexError: invalid index");
  EXPECT_THAT(array->Update([](absl::Span<double> values) {
    for (double& value : values) value *= 2;
  }),
              Succeeds());
  EXPECT_THAT(*array->Get(), ElementsAre(2, 4, 8));
  EXPECT_THAT(*Array<int>::Create(size_t{2})->Get(), ElementsAre(0, 0));
}

#ifdef __cpp_exceptions
TEST(ValueTest, AnExceptionReleasesTheLock) {
  auto value = Value<int>::Create(1);
  EXPECT_THROW(static_cast<void>(value->Update([](int&) { throw 7; })), int);
  ExpectInChild([&] { EXPECT_TRUE(*value->lock()->Acquire(false)); });
}
#endif

TEST(TypeCodeTest, IsPythons) {
  EXPECT_EQ(TypeCode<int>(), 'i');
  EXPECT_EQ(TypeCode<double>(), 'd');
  EXPECT_EQ(TypeCode<char>(), 'c');
  EXPECT_EQ(TypeCode<unsigned long long>(), 'Q');  // NOLINT: as in ctypes
  EXPECT_EQ(TypeCode<Point>(), '\0');
}

}  // namespace
}  // namespace someos::multiprocessing
