// SHA-256 and SHA-384 (FIPS 180-4). Private to multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_SHA2_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_SHA2_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// 32 and 48 bytes.
std::string Sha256(absl::string_view message);
std::string Sha384(absl::string_view message);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_SHA2_H_
