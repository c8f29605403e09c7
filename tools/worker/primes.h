// How many prime numbers there are.

#ifndef SOMEOS_TOOLS_WORKER_PRIMES_H_
#define SOMEOS_TOOLS_WORKER_PRIMES_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace someos::worker {

// The primes p with begin <= p < end, by a sieve of sqrt(end) + 64 Ki bytes.
//
// kInvalidArgument: a negative number, or one beyond 10^15.
absl::StatusOr<int64_t> CountPrimes(int64_t begin, int64_t end);

}  // namespace someos::worker

#endif  // SOMEOS_TOOLS_WORKER_PRIMES_H_
