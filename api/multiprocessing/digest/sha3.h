// SHA3-256 and SHA3-384 (FIPS 202). Private to multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_SHA3_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_SHA3_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// 32 and 48 bytes.
std::string Sha3_256(absl::string_view message);
std::string Sha3_384(absl::string_view message);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_SHA3_H_
