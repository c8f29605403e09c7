#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"
#include "someos/tools/worker/columns.h"
#include "someos/tools/worker/primes.h"
#include "someos/tools/worker/sha256.h"

namespace someos::worker {
namespace {

TEST(Sha256Test, NistsExamples) {
  EXPECT_EQ(absl::BytesToHexString(Sha256::Of("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(absl::BytesToHexString(Sha256::Of("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(absl::BytesToHexString(
                Sha256::Of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(absl::BytesToHexString(Sha256::Of(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, ItDoesNotMatterInWhatPartsDataComes) {
  const std::string data(300, 'a');
  for (size_t part = 1; part <= data.size(); ++part) {
    Sha256 digest;
    for (size_t at = 0; at < data.size(); at += part) {
      digest.Update(absl::string_view(data).substr(at, part));
    }
    EXPECT_EQ(digest.Finish(), Sha256::Of(data)) << part;
  }
}

TEST(Sha256Test, ProcessorsWithoutInstructionsComputeTheSame) {
  std::string blocks(64 * 5, '\0');
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = static_cast<char>(i * i);
  Sha256State by_processor = {1, 2, 3, 4, 5, 6, 7, 0xffffffff};
  Sha256State portably = by_processor;
  const auto* bytes = reinterpret_cast<const unsigned char*>(blocks.data());
  MixBlocks(by_processor, bytes, 5);
  MixBlocksPortably(portably, bytes, 5);
  EXPECT_EQ(by_processor, portably);
}

TEST(PrimesTest, AreCounted) {
  EXPECT_EQ(*CountPrimes(0, 0), 0);
  EXPECT_EQ(*CountPrimes(0, 3), 1);
  EXPECT_EQ(*CountPrimes(0, 100), 25);
  EXPECT_EQ(*CountPrimes(100, 200), 21);
  EXPECT_EQ(*CountPrimes(0, 1000000), 78498);
  EXPECT_EQ(*CountPrimes(1000003, 1000004), 1);
  EXPECT_EQ(*CountPrimes(10, 5), 0);
  EXPECT_THAT(CountPrimes(-1, 5), FailsWithCode(absl::StatusCode::kInvalidArgument, "a number"));
  EXPECT_FALSE(CountPrimes(0, int64_t{1} << 60).ok());
}

absl::StatusOr<std::vector<ColumnStatistics>> Statistics(const std::string& csv) {
  std::istringstream stream(csv);
  return StatisticsOfColumns(stream);
}

TEST(ColumnsTest, NumbersAndOthersAreTold) {
  const absl::StatusOr<std::vector<ColumnStatistics>> columns =
      Statistics("a,b\r\n1,x\r\n-2.5,\r\n4,7\r\n");
  ASSERT_THAT(columns, Succeeds());
  ASSERT_EQ(columns->size(), 2u);
  const ColumnStatistics& a = (*columns)[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.numbers, 3);
  EXPECT_EQ(a.others, 0);
  EXPECT_EQ(a.least, -2.5);
  EXPECT_EQ(a.greatest, 4);
  EXPECT_EQ(a.sum, 2.5);
  EXPECT_EQ((*columns)[1].numbers, 1);
  EXPECT_EQ((*columns)[1].others, 2);
  EXPECT_EQ((*columns)[1].least, 7);
}

TEST(ColumnsTest, LinesOfOtherLengthsAreErrors) {
  EXPECT_THAT(Statistics(""),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "there is no line"));
  EXPECT_THAT(Statistics("a,b\n1,2\n3\n"),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "line 3 does not have 2 fields"));
  EXPECT_FALSE(Statistics("a\n1,2\n").ok());
}

}  // namespace
}  // namespace someos::worker
