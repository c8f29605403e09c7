#include "someos/api/multiprocessing/digest/secret.h"

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

void Wipe(std::string& text) {
  volatile char* bytes = text.data();
  for (size_t i = 0; i < text.size(); ++i) bytes[i] = 0;
  text.clear();
}

bool EqualInConstantTime(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  // volatile: so that no compiler ends the loop at the first difference.
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace someos::multiprocessing::internal
