#include "someos/api/multiprocessing/shared_memory/shareable_list.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

ShareableList Made(const std::vector<PyValue>& items) {
  absl::StatusOr<ShareableList> list = ShareableList::Create(items);
  EXPECT_THAT(list, Succeeds());
  return *std::move(list);
}

std::vector<PyValue> OfEveryType() {
  return {PyValue(int64_t{-5}),
          PyValue(1.5),
          PyValue(true),
          PyValue(false),
          PyValue(),
          PyValue::Str("eight!!!"),
          PyValue::Bytes("\xff\0z"),
          PyValue::Str("")};
}

// What is in it, or what is wrong with it.
std::string Text(const ShareableList& list) {
  std::string text;
  for (size_t i = 0; i < list.size(); ++i) {
    const absl::StatusOr<PyValue> item = list.Get(static_cast<int64_t>(i));
    text += (item.ok() ? item->ToString() : std::string(item.status().message())) + " ";
  }
  return text;
}

TEST(ShareableListTest, KeepsItemsOfEveryType) {
  const ShareableList list = Made(OfEveryType());
  EXPECT_EQ(Text(list), "-5 1.5 True False None 'eight!!!' b'\\xff' '' ");
  const absl::StatusOr<ShareableList> other = ShareableList::Attach(list.shm().name());
  ASSERT_THAT(other, Succeeds());
  EXPECT_EQ(Text(*other), Text(list));
  // As Python 3.13 prints it.
  EXPECT_EQ(*list.format(), "qdxxxxxxx?xxxxxxx?xxxxxx?x16s8s8s");
}

TEST(ShareableListTest, AnItemMayBecomeAnother) {
  ShareableList list = Made({PyValue::Str("a text of twenty-one."), PyValue(1)});
  EXPECT_THAT(list.Set(0, PyValue(7)), Succeeds());
  EXPECT_THAT(list.Set(-1, PyValue::Bytes("12345678")), Succeeds());
  EXPECT_EQ(Text(list), "7 b'12345678' ");
  EXPECT_THAT(list.Set(0, PyValue::Str("a text of twenty-four...")), Succeeds());
  EXPECT_EQ(Text(list), "'a text of twenty-four...' b'12345678' ");
  EXPECT_THAT(list.Set(0, PyValue::Str("short")), Succeeds());
  EXPECT_THAT(list.Set(1, PyValue()), Succeeds());
  EXPECT_EQ(Text(list), "'short' None ");
}

// The texts are those of Python 3.13.
TEST(ShareableListTest, RefusesWhatPythonRefuses) {
  ShareableList list = Made({PyValue(1), PyValue::Str("a")});
  EXPECT_EQ(Says(list.Get(2).status()), "IndexError: index out of range");
  EXPECT_EQ(Says(list.Get(-3).status()), "IndexError: index out of range");
  EXPECT_EQ(Says(list.Set(2, PyValue(1))), "IndexError: assignment index out of range");
  EXPECT_EQ(Says(list.Set(1, PyValue::Str("123456789"))),
            "ValueError: bytes/str item exceeds available storage");
  EXPECT_EQ(Says(list.Index(PyValue(2)).status()), "ValueError: 2 not in this container");
  EXPECT_THAT(list.Set(0, PyValue::List({})),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "a ShareableList cannot have"));
  EXPECT_THAT(list.Set(0, *PyValue::IntFromDecimal("9223372036854775808")),
              FailsWithCode(absl::StatusCode::kOutOfRange, ""));
  EXPECT_EQ(Text(list), "1 'a' ");
}

TEST(ShareableListTest, CountsAndFinds) {
  const ShareableList list = Made({PyValue(1), PyValue::Str("a"), PyValue(1)});
  EXPECT_EQ(*list.Count(PyValue(1)), 2u);
  EXPECT_EQ(*list.Index(PyValue::Str("a")), 1u);
}

// Python 3.13 returns four of these.
TEST(ShareableListTest, TextOfAnyCharactersIsWhole) {
  const ShareableList list = Made({PyValue::Str("ééééééé"), PyValue::Str("€€€€€€€")});
  EXPECT_EQ(Text(list), "'ééééééé' '€€€€€€€' ");
}

TEST(ShareableListTest, RefusesWhatCouldNotBeReadBack) {
  const auto create = [](const PyValue& item) { return ShareableList::Create({item}).status(); };
  EXPECT_THAT(
      create(PyValue::Bytes(absl::string_view("a\0", 2))),
      FailsWithCode(absl::StatusCode::kInvalidArgument, "a ShareableList cannot keep NULs"));
  EXPECT_THAT(create(PyValue::Str("\xff")),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "a str of a ShareableList"));
  EXPECT_THAT(create(PyValue::Bytes(std::string(9'999'992, 'a'))),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "a str or bytes"));
  EXPECT_THAT(create(PyValue::Bytes(std::string(9'999'991, 'a'))), Succeeds());
}

TEST(ShareableListTest, MayBeEmpty) {
  ShareableList list = Made({});
  EXPECT_EQ(list.size(), 0u);
  EXPECT_EQ(Says(list.Get(0).status()), "IndexError: index out of range");
}

TEST(ShareableListTest, AClosedOneSaysSo) {
  ShareableList list = Made({PyValue(1)});
  list.shm().Close();
  EXPECT_THAT(list.Get(0), FailsWithCode(absl::StatusCode::kFailedPrecondition, "the shared"));
  EXPECT_THAT(list.Set(0, PyValue(2)),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "the shared"));
}

// What somebody else has written into the memory: each is refused, or reads as something.

SharedMemory Containing(absl::string_view bytes) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::CreateAnonymous(bytes.size());
  EXPECT_THAT(memory, Succeeds());
  std::memcpy(memory->buf().data(), bytes.data(), bytes.size());
  return *std::move(memory);
}

std::string BytesOf(const ShareableList& list) {
  return std::string(list.shm().buf().data(), list.shm().buf().size());
}

TEST(ShareableListTest, EveryWrongWordIsRefusedOrHarmless) {
  const std::string right = BytesOf(Made(OfEveryType()));
  for (const uint64_t wrong :
       {uint64_t{0}, uint64_t{1}, uint64_t{7}, uint64_t{9}, uint64_t{1} << 31, uint64_t{1} << 60,
        uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 7}) {
    for (size_t at = 0; at + 8 <= right.size(); ++at) {
      std::string bytes = right;
      std::memcpy(&bytes[at], &wrong, sizeof(wrong));
      absl::StatusOr<ShareableList> list = ShareableList::Of(Containing(bytes));
      if (!list.ok()) {
        EXPECT_THAT(list, FailsWithCode(absl::StatusCode::kInvalidArgument, "there is no"));
        continue;
      }
      Text(*list);
      static_cast<void>(list->format());
      for (size_t i = 0; i < list->size(); ++i) {
        static_cast<void>(list->Set(static_cast<int64_t>(i), PyValue::Str("12345678")));
      }
    }
  }
}

TEST(ShareableListTest, EveryCutIsRefused) {
  const std::string right = BytesOf(Made({PyValue(1), PyValue::Str("a")}));
  for (size_t size = 1; size < right.size(); ++size) {
    EXPECT_THAT(ShareableList::Of(Containing(right.substr(0, size))),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "there is no ShareableList"))
        << size;
  }
}

TEST(ShareableListTest, ALayoutOfPython38IsRefused) {
  // A count, a size, the number 1, its format and its code.
  std::string bytes(33, '\0');
  bytes[0] = 1;
  bytes[8] = 8;
  bytes[16] = 1;
  bytes[24] = 'q';
  EXPECT_THAT(ShareableList::Of(Containing(bytes)),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "there is no ShareableList in the shared memory: it may be in the"));
}

TEST(ShareableListTest, RoomThatNoFormatCanNameIsRefused) {
  std::string bytes = BytesOf(Made({PyValue(1)}));
  bytes.resize(bytes.size() + 20'000'000);
  const uint64_t room = 10'000'000;
  std::memcpy(&bytes[16], &room, sizeof(room));
  EXPECT_THAT(ShareableList::Of(Containing(bytes)),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "there is no ShareableList"));
}

TEST(ShareableListTest, FormatsAndCodesThatAreNoneAreErrorsOfTheItem) {
  ShareableList list = Made({PyValue(1), PyValue::Str("a")});
  char* const formats = list.shm().buf().data() + 32 + 16;
  std::memcpy(formats, "z\0\0\0\0\0\0\0", 8);
  std::memcpy(formats + 8, "999s\0\0\0\0", 8);
  EXPECT_THAT(list.Get(0), FailsWithCode(absl::StatusCode::kInvalidArgument, "no format of a"));
  EXPECT_THAT(list.Get(1), FailsWithCode(absl::StatusCode::kInvalidArgument, "no format of a"));
  formats[16] = 4;
  EXPECT_THAT(list.Get(0), FailsWithCode(absl::StatusCode::kInvalidArgument, "no code of an"));
  // Setting makes them right.
  EXPECT_THAT(list.Set(0, PyValue(2)), Succeeds());
  EXPECT_THAT(list.Set(1, PyValue::Str("b")), Succeeds());
  EXPECT_EQ(Text(list), "2 'b' ");
}

// What Python 3.13 makes of "€€€€€€€": cut off within a character.
TEST(ShareableListTest, TextThatPythonHasCutIsAnError) {
  ShareableList list = Made({PyValue::Bytes("\xe2\x82\xac\xe2\x82\xac\xe2\x82")});
  list.shm().buf().back() = 1;
  EXPECT_THAT(list.Get(0), FailsWithCode(absl::StatusCode::kInvalidArgument,
                                         "a str of a ShareableList that is no UTF-8 from byte 6"));
}

}  // namespace
}  // namespace someos::multiprocessing
