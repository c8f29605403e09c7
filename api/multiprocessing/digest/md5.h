// MD5 (RFC 1321), for peers before Python 3.12, which know no other digest. Private to
// multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_MD5_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_MD5_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// 16 bytes.
std::string Md5(absl::string_view message);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_MD5_H_
