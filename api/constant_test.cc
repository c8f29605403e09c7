#include "someos/api/constant.h"

#include <optional>

#include "gtest/gtest.h"

namespace someos {
namespace {

constexpr Constant kBits[] = {{"A", 1}, {"B", 2}, {"ALIAS", 2}, {"NOTHING", 0}, {"WIDE", 0x30}};

static_assert(FindConstant(kBits, "B") == 2);
static_assert(FindConstant(kBits, "NOTHING") == 0);
static_assert(!FindConstant(kBits, "C").has_value());

TEST(Constant, NameIsACString) { EXPECT_STREQ(kBits[2].name, "ALIAS"); }

TEST(MaskNames, NamesEachBitOnce) {
  EXPECT_EQ(MaskNames(kBits, 3), "A|B");
  EXPECT_EQ(MaskNames(kBits, 0x31), "A|WIDE");
}

TEST(MaskNames, NothingIsZero) { EXPECT_EQ(MaskNames(kBits, 0), "0"); }

TEST(MaskNames, BitsWithoutANameAreNumbers) {
  EXPECT_EQ(MaskNames(kBits, 0x8001), "A|0x8000");
  EXPECT_EQ(MaskNames(kBits, 0x10), "0x10");  // half of WIDE is not WIDE
}

}  // namespace
}  // namespace someos
