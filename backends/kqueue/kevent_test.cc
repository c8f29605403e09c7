#include "someos/backends/kqueue/kevent.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <sstream>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "someos/backends/kqueue/kqueue_constants.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"

namespace someos::select {
namespace {

struct Connection {
  int fileno() const { return fd; }
  int fd;
};

TEST(KeventTest, DefaultsArePythons) {
  const Kevent event(5);
  EXPECT_EQ(event.ident, 5u);
  EXPECT_EQ(event.filter, kKqFilterRead);
  EXPECT_EQ(event.flags, kKqEvAdd);
  EXPECT_EQ(event.fflags, 0u);
  EXPECT_EQ(event.data, 0);
  EXPECT_EQ(event.udata, 0u);
}

TEST(KeventTest, IdentIsAnyWaitable) {
  const Pipe pipe;
  const Connection connection{pipe.reader.get()};
  EXPECT_EQ(Kevent(connection).ident, static_cast<KqIdent>(pipe.reader.get()));
  EXPECT_EQ(Kevent(&connection), Kevent(pipe.reader.get()));
  EXPECT_EQ(Kevent(std::make_unique<Connection>(connection)), Kevent(connection));
  EXPECT_EQ(Kevent(stdin), Kevent(0));
  EXPECT_EQ(Kevent::Create(connection).value_or(Kevent(0)), Kevent(connection));
}

TEST(KeventTest, FieldsHoldTheHighestValues) {
  constexpr KqIdent kHighest = std::numeric_limits<KqIdent>::max();
  constexpr KqData kMost = std::numeric_limits<KqData>::max();
  const Kevent event(kHighest, kKqFilterWrite, 0xffff, 0xffffffff, kMost, UINTPTR_MAX);
  EXPECT_EQ(event.ident, kHighest);
  EXPECT_EQ(event.filter, kKqFilterWrite);
  EXPECT_EQ(event.flags, 0xffffu);
  EXPECT_EQ(event.fflags, 0xffffffffu);
  EXPECT_EQ(event.data, kMost);
  EXPECT_EQ(event.udata, UINTPTR_MAX);
}

TEST(KeventTest, FieldsSurviveTheKernelsForm) {
  const Kevent event(0x7fff, kKqFilterWrite, 0xffff, 0xffffffff, -3, UINTPTR_MAX - 1);
  EXPECT_EQ(Kevent(event.Raw()), event);
}

TEST(KeventTest, ComparesFieldByField) {
  const Kevent event(10, kKqFilterRead, 3, 4, 5, 6);
  EXPECT_TRUE(event == Kevent(10, kKqFilterRead, 3, 4, 5, 6));
  EXPECT_FALSE(event != Kevent(10, kKqFilterRead, 3, 4, 5, 6));
  EXPECT_TRUE(event <= event);
  EXPECT_TRUE(event >= event);
  EXPECT_FALSE(event < event);
  EXPECT_FALSE(event > event);
  // Each of these is greater by one field, and lower by all that come behind it.
  const std::vector<Kevent> greater = {
      Kevent(11, kKqFilterRead, 0, 0, 0, 0), Kevent(10, kKqFilterRead + 1, 0, 0, 0, 0),
      Kevent(10, kKqFilterRead, 4, 0, 0, 0), Kevent(10, kKqFilterRead, 3, 5, 0, 0),
      Kevent(10, kKqFilterRead, 3, 4, 6, 0), Kevent(10, kKqFilterRead, 3, 4, 5, 7),
  };
  for (const Kevent& other : greater) {
    EXPECT_TRUE(other > event) << other;
    EXPECT_TRUE(other >= event) << other;
    EXPECT_TRUE(event < other) << other;
    EXPECT_TRUE(event <= other) << other;
    EXPECT_TRUE(event != other) << other;
    EXPECT_FALSE(event == other) << other;
    EXPECT_FALSE(event > other) << other;
  }
}

TEST(KeventTest, UdataIsComparedAsASignedNumber) {
  EXPECT_LT(Kevent(1, kKqFilterRead, 0, 0, 0, UINTPTR_MAX), Kevent(1, kKqFilterRead, 0, 0, 0, 0));
}

TEST(KeventTest, PrintsAsPythonDoes) {
  const Kevent event(7, kKqFilterWrite, 0x8001, 0x20, 0x123, 0xabc);
  const std::string expected =
      absl::StrCat("<select.kevent ident=7 filter=", static_cast<int>(kKqFilterWrite),
                   " flags=0x8001 fflags=0x20 data=0x123 udata=0xabc>");
  EXPECT_EQ(absl::StrCat(event), expected);
  std::ostringstream out;
  out << event;
  EXPECT_EQ(out.str(), expected);
  EXPECT_EQ(absl::StrCat(Kevent(0, kKqFilterRead, 0, 0, -1)),
            absl::StrCat("<select.kevent ident=0 filter=", static_cast<int>(kKqFilterRead),
                         " flags=0x0 fflags=0x0 data=0xffffffffffffffff udata=0x0>"));
}

TEST(KeventTest, CreateRefusesWhatPythonRefuses) {
  EXPECT_THAT(Kevent::Create(-1), FailsWithCode(absl::StatusCode::kOutOfRange,
                                                "can't convert negative value to size_t"));
  EXPECT_THAT(Kevent::Create(INT64_MIN), FailsWithCode(absl::StatusCode::kOutOfRange, "can't"));
  EXPECT_THAT(Kevent::Create(Connection{-1}),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "file descriptor cannot be a negative integer (-1)"));
  const Connection* const null = nullptr;
  EXPECT_THAT(Kevent::Create(null), FailsWithCode(absl::StatusCode::kInvalidArgument, "object"));
  const absl::StatusOr<Kevent> created =
      Kevent::Create(std::numeric_limits<KqIdent>::max(), kKqFilterTimer);
  ASSERT_THAT(created, Succeeds());
  EXPECT_EQ(created->ident, std::numeric_limits<KqIdent>::max());
}

TEST(KeventTest, TheConstructorMakesOfANegativeIdentWhatCDoes) {
  EXPECT_EQ(Kevent(-1).ident, std::numeric_limits<KqIdent>::max());
  EXPECT_EQ(Kevent(Connection{-1}).ident, std::numeric_limits<KqIdent>::max());
}

}  // namespace
}  // namespace someos::select
