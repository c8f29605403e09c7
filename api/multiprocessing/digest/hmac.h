// HMAC (RFC 2104) with the digests of the handshake. Private to multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_HMAC_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_HMAC_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

enum class DigestAlgorithm { kMd5, kSha256, kSha384, kSha3_256, kSha3_384 };

// Python's name for it, "sha3_256".
absl::string_view NameOf(DigestAlgorithm algorithm);
std::optional<DigestAlgorithm> FindDigest(absl::string_view name);
// Bytes of a digest, and so of a MAC.
size_t DigestSize(DigestAlgorithm algorithm);

std::string Digest(DigestAlgorithm algorithm, absl::string_view message);

// Copies of the key are wiped.
std::string Hmac(DigestAlgorithm algorithm, absl::string_view key, absl::string_view message);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_HMAC_H_
