#include "someos/api/multiprocessing/digest/hmac.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/digest/md5.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/digest/sha2.h"
#include "someos/api/multiprocessing/digest/sha3.h"

namespace someos::multiprocessing::internal {
namespace {

struct Row {
  absl::string_view name;
  size_t digest_size;
  size_t block_size;
  std::string (*digest)(absl::string_view);
};

// In the order of DigestAlgorithm.
constexpr std::array<Row, 5> kRows = {{
    {"md5", 16, 64, Md5},
    {"sha256", 32, 64, Sha256},
    {"sha384", 48, 128, Sha384},
    {"sha3_256", 32, 136, Sha3_256},
    {"sha3_384", 48, 104, Sha3_384},
}};

const Row& RowOf(DigestAlgorithm algorithm) { return kRows[static_cast<size_t>(algorithm)]; }

// The digest of the key, with each byte of the block changed by `pad`, and `message` behind it.
std::string Pass(const Row& row, absl::string_view key, char pad, absl::string_view message) {
  std::string text;
  text.reserve(row.block_size + message.size());  // no copy of the key is left unwiped
  text.append(key.data(), key.size());
  text.resize(row.block_size);
  for (char& byte : text) byte = static_cast<char>(byte ^ pad);
  text.append(message.data(), message.size());
  std::string digest = row.digest(text);
  Wipe(text);
  return digest;
}

}  // namespace

absl::string_view NameOf(DigestAlgorithm algorithm) { return RowOf(algorithm).name; }

std::optional<DigestAlgorithm> FindDigest(absl::string_view name) {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<DigestAlgorithm>(i);
  }
  return std::nullopt;
}

size_t DigestSize(DigestAlgorithm algorithm) { return RowOf(algorithm).digest_size; }

std::string Digest(DigestAlgorithm algorithm, absl::string_view message) {
  return RowOf(algorithm).digest(message);
}

std::string Hmac(DigestAlgorithm algorithm, absl::string_view key, absl::string_view message) {
  const Row& row = RowOf(algorithm);
  std::string short_key(key.size() <= row.block_size ? std::string(key) : row.digest(key));
  std::string inner = Pass(row, short_key, '\x36', message);
  std::string mac = Pass(row, short_key, '\x5c', inner);
  Wipe(short_key);
  Wipe(inner);
  return mac;
}

}  // namespace someos::multiprocessing::internal
