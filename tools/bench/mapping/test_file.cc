#include "someos/tools/bench/mapping/test_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos::bench {
namespace {

constexpr size_t kPart = size_t{1} << 20;

// The next characters of a sequence that begins with `state`.
std::string Text(uint32_t& state, size_t size) {
  constexpr absl::string_view kLetters = "etaoin shrdlucmfwypvbgkjqxz\n";
  std::string text(size, '\0');
  for (char& letter : text) {
    state = state * 1664525 + 1013904223;
    letter = kLetters[(state >> 16) % kLetters.size()];
  }
  return text;
}

ScopedFd MakeTextFile(size_t size) {
  ScopedFd file = TemporaryFile();
  uint32_t state = 1;
  for (size_t written = 0; written < size;) {
    const std::string part = Text(state, std::min(kPart, size - written));
    written += static_cast<size_t>(
        MustSucceed(write(file.get(), part.data(), part.size()), "write a file to be mapped"));
  }
  return file;
}

}  // namespace

int TextFile(size_t size) {
  static auto& files = *new std::map<size_t, ScopedFd>;
  const auto found = files.find(size);
  if (found != files.end()) return found->second.get();
  return files.emplace(size, MakeTextFile(size)).first->second.get();
}

std::string AbsentNeedle(size_t size) {
  // All pairs of letters occur. Of longer ones that somebody might look for, none does.
  if (size < 8) return std::string("zQ").substr(0, size);
  return std::string("the quick brown fox jumps over the lazy dog").substr(0, size);
}

ScopedFd ZeroFile(size_t size) {
  ScopedFd file = TemporaryFile();
  MustSucceed(ftruncate(file.get(), static_cast<off_t>(size)), "ftruncate");
  return file;
}

}  // namespace someos::bench
