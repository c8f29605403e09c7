// Keys in memory. Private to multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_DIGEST_SECRET_H_
#define SOMEOS_API_MULTIPROCESSING_DIGEST_SECRET_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// Overwrites the text with zeros, which no compiler leaves out, and makes it empty.
void Wipe(std::string& text);

// Whether both are the same. How long it takes depends on the lengths alone.
bool EqualInConstantTime(absl::string_view a, absl::string_view b);

// A key that is wiped when it is no longer needed. What it was copied from is not.
class Secret {
 public:
  Secret() = default;
  explicit Secret(absl::string_view bytes) : bytes_(bytes) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other) {
    if (this == &other) return *this;
    Wipe(bytes_);
    bytes_ = other.bytes_;
    return *this;
  }
  ~Secret() { Wipe(bytes_); }

  absl::string_view view() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_DIGEST_SECRET_H_
