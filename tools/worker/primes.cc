#include "someos/tools/worker/primes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace someos::worker {
namespace {

constexpr int64_t kGreatest = 1'000'000'000'000'000;
constexpr int64_t kSegment = int64_t{64} << 10;

// The primes p with p * p < end.
std::vector<int64_t> PrimesBelowRoot(int64_t end) {
  int64_t root = 1;
  while (root * root < end) ++root;
  std::vector<bool> composite(static_cast<size_t>(root) + 1);
  std::vector<int64_t> primes;
  for (int64_t p = 2; p <= root; ++p) {
    if (composite[p]) continue;
    primes.push_back(p);
    for (int64_t multiple = p * p; multiple <= root; multiple += p) composite[multiple] = true;
  }
  return primes;
}

int64_t CountInSegment(const std::vector<int64_t>& primes, int64_t begin, int64_t end) {
  std::vector<char> composite(static_cast<size_t>(end - begin));
  for (const int64_t p : primes) {
    const int64_t first = std::max(p * p, (begin + p - 1) / p * p);
    for (int64_t multiple = first; multiple < end; multiple += p) composite[multiple - begin] = 1;
  }
  return std::count(composite.begin(), composite.end(), 0);
}

}  // namespace

absl::StatusOr<int64_t> CountPrimes(int64_t begin, int64_t end) {
  if (begin < 0 || end < 0) return absl::InvalidArgumentError("a number is negative");
  if (end > kGreatest) return absl::InvalidArgumentError("a number is greater than 10**15");
  begin = std::max<int64_t>(begin, 2);
  int64_t count = 0;
  if (begin >= end) return count;
  const std::vector<int64_t> primes = PrimesBelowRoot(end);
  for (int64_t segment = begin; segment < end; segment += kSegment) {
    count += CountInSegment(primes, segment, std::min(segment + kSegment, end));
  }
  return count;
}

}  // namespace someos::worker
